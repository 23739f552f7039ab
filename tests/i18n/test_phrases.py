"""Texts for customers exist in seven languages, each with correct grammar."""

import json
import re
from datetime import date

import msgspec
import pytest
from babel import Locale

from pulse.i18n.card_phrases import opener_phrases
from pulse.i18n.identity_phrases import ENGLISH, LANGUAGES, language_of, texts_of, words_for
from pulse.milestones.default_rules import default_rules, localize
from pulse.milestones.wrapped import LookBack, Period, wrapped
from pulse.scoring.formatting import advice_for, label_for_customer
from pulse.scoring.metrics.catalogue import CustomerWords, MetricDefinition
from tests.scoring.samples import CATALOGUE

NEVER = re.compile(
    r"churn|risk|risiko|riesgo|risque|risco|ঝুঁকি|خطر|kündig|abwander|lost|leaving", re.IGNORECASE
)
SPRING = Period("quarter", date(2026, 3, 1), date(2026, 5, 31))


def places(text):
    """Return the {placeholders} of a text, over all its plural forms."""
    forms = text.values() if isinstance(text, dict) else [text]
    return {place for form in forms for place in re.findall(r"{(\w+)}", form)}


INTRUSIVE = re.compile(
    "we notice|bemerken wir|se nota|se remarque|reparamos|লক্ষ করি|نلاحظ|thinking of you|in person|"
    "en persona|en personne|stands out|staying|seguir aquí|identity strength",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", [*LANGUAGES, "pt-PT"])
def test_texts_avoid_surveillance_and_judgement_and_use_correct_typography(language):
    phrases = opener_phrases(language)
    said = [json.dumps(texts_of(language), ensure_ascii=False), repr(msgspec.to_builtins(phrases))]
    for text in said:
        assert not INTRUSIVE.search(text), INTRUSIVE.search(text)
        if language == "fr":
            assert not re.search(r"\w [:;?!%»]|« |[a-z]'[a-zéê]", text)
        if language == "pt":
            assert not re.search(r"encomenda|connosco|equipa\b|partilh|Obrigado", text)


def test_the_first_of_a_month_is_an_ordinal_where_usual():
    first = date(2026, 4, 1)
    said = {code: words_for(code).day(first) for code in ("fr", "pt-BR", "pt-PT", "es")}
    assert said == {
        "fr": "1er avril",
        "pt-BR": "1º de abril",
        "pt-PT": "1 de abril",
        "es": "1 de abril",
    }


@pytest.mark.parametrize("language", [*LANGUAGES, "pt-PT"])
def test_a_language_has_every_text_and_every_placeholder(language):
    english, texts = texts_of("en"), texts_of(language)
    assert list(texts) == list(english)
    for key, text in texts.items():
        assert type(text) is type(english[key]), key
        assert places(text) == places(english[key]), key
        for form in text.values() if isinstance(text, dict) else [text]:
            assert form.strip(), key
            assert not NEVER.search(form), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_nouns_have_every_plural_form_of_their_language(language):
    used = {Locale.parse(language).plural_form(number) for number in (*range(103), 1.5)}
    for key, forms in texts_of(language).items():
        if isinstance(forms, dict):
            assert used <= set(forms), key


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", ["1 order", "3 orders", "1,240", "20 April", "March – May 2026"]),
        ("de-AT", ["1 Bestellung", "3 Bestellungen", "1.240", "20. April", "März–Mai 2026"]),
        ("pt_BR", ["1 pedido", "3 pedidos", "1.240", "20 de abril", "março – maio de 2026"]),
        (
            "pt-PT",
            ["1 encomenda", "3 encomendas", "1\xa0240", "20 de abril", "março – maio de 2026"],
        ),
        ("bn", ["১টি অর্ডার", "৩টি অর্ডার", "১,২৪০", "২০ এপ্রিল", "মার্চ–মে ২০২৬"]),
        ("ar", ["طلب واحد", "3 طلبات", "1,240", "20 أبريل", "مارس – مايو 2026"]),
        ("ar-EG", ["طلب واحد", "٣ طلبات", "١٬٢٤٠", "٢٠ أبريل", "مارس – مايو ٢٠٢٦"]),
    ],
)
def test_numbers_and_dates_are_those_of_the_locale(locale, said):
    words = words_for(locale)
    assert said == [
        words.counted(1, "orders"),
        words.counted(3, "orders"),
        words.number(1240),
        words.day(date(2026, 4, 20)),
        words.months(SPRING.start, SPRING.end),
    ]


def test_the_first_known_language_is_used_else_english():
    assert language_of(None, "ja-JP", "pt-BR") == "pt"
    assert words_for(None, "", "xx", "fr").language == "fr"
    assert words_for("ja", None) is ENGLISH
    assert words_for("de-Nowhere").counted(2, "days") == "2 Tage"
    assert words_for("de" + "-x" * 500).language == "de"


def test_a_custom_noun_of_the_business_is_used_unchanged():
    assert words_for("de").counted(2, "Kerzen") == "2 Kerzen"
    assert ENGLISH.counted(1, "candles") == "1 candle"
    assert words_for("fr").counted(1240.5, "EUR").endswith("€")
    assert words_for("de").counted(3, "CHF") == "3 CHF"


def test_a_business_can_translate_its_labels():
    metric = MetricDefinition(
        "orders", "Orders", "orders", "engagement", "higher", "tenure",
        customer_label="You order a lot",
        advice="Order again",
        in_languages={"de": CustomerWords("Sie bestellen viel", "Bestellen Sie wieder")},
    )  # fmt: skip
    said = {
        code: (label_for_customer(metric, words_for(code)), advice_for(metric, words_for(code)))
        for code in ("de-AT", "fr")
    }
    assert said["de-AT"] == ("Sie bestellen viel", "Bestellen Sie wieder")
    assert said["fr"] == ("You order a lot", "Order again")


@pytest.mark.parametrize("language", LANGUAGES)
def test_milestones_and_celebrations_are_translated(language):
    words = words_for(language)
    rules = {rule.key: rule for rule in default_rules(CATALOGUE, words)}
    english = {rule.key: rule for rule in default_rules(CATALOGUE)}
    assert list(rules) == list(english)
    if language != "en":
        for key, rule in rules.items():
            assert (rule.title, rule.text) != (english[key].title, english[key].text)
    say = localize(CATALOGUE, words)
    assert say("count_10", "10 orders") == (rules["count_10"].title, rules["count_10"].text)
    assert say("rose_strong_2026_05", "Now strong")[0] == words.say(
        "rose.title", band=words.say("band.strong")
    )
    assert say("gone", "Old title", "Old text") == ("Old title", "Old text")


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_the_look_back_is_fully_translated(language):
    facts = LookBack(
        "Lumen",
        date(2025, 5, 31),
        (),
        [(date(2026, 3, 1), 50.0), (date(2026, 4, 20), 81.0), (date(2026, 5, 30), 62.0)],
        {"loyalty": 6.0},
        [(date(2026, 4, 1), "…"), (date(2026, 4, 2), "…")],
    )
    told = wrapped(facts, SPRING, words_for(language))
    english = wrapped(facts, SPRING)
    assert [slide.kind for slide in told] == [slide.kind for slide in english]
    for mine, other in zip(told, english, strict=True):
        assert mine.title != other.title
        assert mine.kind == "milestones" or mine.text != other.text  # titles are not translated
