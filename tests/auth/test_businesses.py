import pytest

from pulse.auth import audit
from pulse.auth.business_lifecycle import create_business, delete_business
from pulse.auth.businesses import business_by_slug
from pulse.auth.customer_tokens import sign, verify
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.password import sign_in
from pulse.auth.staff import add_staff
from pulse.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"  # belongs to nobody


async def test_a_new_business_signs_tokens_at_once(database):
    business, secret = await create_business("acme", "Acme", currency="USD")
    token = await verify(await sign(business, "c1"))
    assert token.business.slug == "acme"
    assert len(secret.secret) >= 32


async def test_a_public_id_is_taken_once(database):
    await create_business("acme", "Acme")
    with pytest.raises(Conflict):
        await create_business("acme", "Another Acme")


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Acme Ltd"},
        {"slug": "-acme"},
        {"name": " "},
        {"currency": "euro"},
        {"time_zone": "Mars/Olympus"},
    ],
)
async def test_an_invalid_business_is_refused(database, wrong):
    with pytest.raises(Invalid):
        await create_business(**{"slug": "acme", "name": "Acme", **wrong})


async def test_new_staff_can_sign_in_and_are_audited(shop):
    await add_staff(shop, "Cleo@Shop.example ", "Cleo", Role.csm, PASSWORD)
    _, session = await sign_in("cleo@shop.example", PASSWORD)
    assert (session.name, session.role) == ("Cleo", Role.csm)
    newest, older = (await audit.entries(shop))[:2]
    assert (newest.action, newest.subject) == ("security.signed_in", "Cleo")
    assert (older.action, older.subject) == ("staff.added", "cleo@shop.example")


async def test_an_e_mail_belongs_to_one_person_in_one_business(shop, other_shop):
    await add_staff(shop, "cleo@shop.example", "Cleo", Role.csm, PASSWORD)
    with pytest.raises(Conflict):
        await add_staff(other_shop, "CLEO@shop.example", "Cleo", Role.csm, PASSWORD)


async def test_deleting_a_business_deletes_all_its_data(shop, make_customer):
    business, _ = await create_business("acme", "Acme")
    await make_customer(Scope.for_pulse(business.id))
    await add_staff(Scope.for_pulse(business.id), "cleo@acme.example", "Cleo", Role.csm, PASSWORD)
    await delete_business(business)
    with pytest.raises(NotFound):
        await business_by_slug("acme")
