from pulse.demo.names import FAMILY, GIVEN, made_up_address, made_up_name


def test_the_same_id_always_gets_the_same_name():
    assert made_up_name("17850") == made_up_name("17850")
    assert made_up_name("17850") != made_up_name("17851")


def test_names_come_from_the_language_of_the_customer():
    given, family = made_up_name("12471", "de").split()
    assert given in GIVEN["de"].split()
    assert family in FAMILY["de"].split()


def test_an_unknown_language_falls_back_to_english_names():
    assert made_up_name("1", "xx") == made_up_name("1", "en")


def test_addresses_are_unique_and_belong_to_nobody():
    assert made_up_address("12471", "Jürgen Weiß") == "jurgen.weiss.12471@example.com"
    addresses = {made_up_address(str(n), made_up_name(str(n))) for n in range(5_000)}
    assert len(addresses) == 5_000
    assert all(a.endswith("@example.com") and a.isascii() for a in addresses)
