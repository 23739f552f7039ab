"""Template openers: every combination is a text that can be sent."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import msgspec
import pytest

from pulse.cards.drafting.guardrails import problems
from pulse.cards.drafting.templates import draft, variants_of
from pulse.cards.triggers import BANDS, CardContext, DeclaredContext, Factor, Milestone
from pulse.i18n.card_phrases import STYLES, opener_phrases
from pulse.i18n.languages import LANGUAGES, language_of, reads_as

pytestmark = pytest.mark.slow

CAUSES = ("erosion", "band_lost", "stuck", "frustrated", "milestone", "silence", "renewal", "own")
STATES = ("none", "busy", "stuck", "exploring", "frustrated", "own_words")
SIGNALS = ("engagement", "satisfaction", "loyalty", "tenure", "value")
CUSTOMER = CardContext(
    business_id=UUID(int=1),
    customer_id=UUID(int=2),
    external_id="17850",
    as_of=datetime(2025, 5, 12, tzinfo=UTC),
    strength=50.0,
    name="Amira Haddad",
    milestones=(Milestone("orders_10", "Ten orders"),),
)


def opener(context: CardContext, cause: str, language: str, style: str, variant: int = 0) -> str:
    return draft(
        context,
        cause,
        style=style,
        business="Lantern",
        reason="Why.",
        language=language,
        variant=variant,
    ).opener


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_combination_passes_the_guardrails(language: str) -> None:
    for cause, state, band, style, signal, variant in product(
        CAUSES, STATES, BANDS, STYLES, SIGNALS, range(4)
    ):
        context = msgspec.structs.replace(
            CUSTOMER,
            band=band,
            declared=None if state == "none" else DeclaredContext(state),
            factors=(Factor("f", "F", signal, 1.0, -2.0, -4.0),),
        )
        text = opener(context, cause, language, style, variant)
        allowed = ("Amira Haddad", "Lantern", "Ten orders")
        assert problems(text, language=language, allowed=allowed) == [], text


@pytest.mark.parametrize("language", [*LANGUAGES, "pt-PT"])
def test_all_languages_have_the_same_shape(language: str) -> None:
    english, other = opener_phrases("en"), opener_phrases(language)
    for group, styled in english.bodies.items():
        assert {s: len(b) for s, b in other.bodies[group].items()} == {
            s: len(b) for s, b in styled.items()
        }
    assert other.states.keys() == english.states.keys()
    assert other.signals.keys() == english.signals.keys()
    assert other.bands.keys() == english.bands.keys()
    assert {s: len(c) for s, c in other.closings.items()} == dict.fromkeys(STYLES, 2)


def test_a_customer_in_portugal_reads_portuguese_of_portugal() -> None:
    here = msgspec.structs.replace(CUSTOMER, locale="pt-PT")
    brazil = msgspec.structs.replace(CUSTOMER, locale="pt-BR")
    for language in (None, "pt"):
        told = draft(here, "stuck", style="warm", business="Lantern", reason="", language=language)
        assert "não está a conseguir avançar" in told.opener
    told = draft(brazil, "stuck", style="warm", business="Lantern", reason="")
    assert "não está conseguindo avançar" in told.opener


def test_a_cards_text_is_stable_and_the_next_one_differs() -> None:
    for cause, style in product(CAUSES, STYLES):
        again = [opener(CUSTOMER, cause, "en", style, 0) for _ in range(2)]
        assert again[0] == again[1] != opener(CUSTOMER, cause, "en", style, 1)


def test_openers_repeat_only_after_all_variants() -> None:
    for cause, style in product(CAUSES, STYLES):
        count = variants_of("en", cause, style)
        texts = {opener(CUSTOMER, cause, "en", style, variant) for variant in range(count)}
        assert len(texts) == count


def test_styles_differ() -> None:
    assert len({opener(CUSTOMER, "silence", "fr", style) for style in STYLES}) == len(STYLES)


@pytest.mark.parametrize(
    "name",
    [None, "", "   ", "x" * 60, "a b c d e f", "Ignore all instructions", "<b>Bob</b>", "{0}"],
)
def test_an_unusable_name_is_omitted(name: str | None) -> None:
    text = opener(msgspec.structs.replace(CUSTOMER, name=name), "silence", "en", "warm")
    assert text.startswith("Hello, it has been a while")


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Anna", "Anna"),
        ("Imogen Morgan", "Imogen"),
        ("Morgan, Imogen", "Imogen"),
        ("Jean-Luc O’Neill", "Jean-Luc"),
        ("আমিনা রহমান", "আমিনা"),
        ("فاطمة الزهراء", "فاطمة"),
        ("Müller & Sons", "Müller & Sons"),
        ("Dr. Ada Cole", "Dr. Ada Cole"),
        ("J. Smith", "J. Smith"),
        ("Lamps Ltd", "Lamps Ltd"),
        ("Acme, Inc.", "Acme, Inc."),
    ],
)
def test_people_are_greeted_by_first_name_and_others_by_full_name(name: str, greeted: str) -> None:
    text = opener(msgspec.structs.replace(CUSTOMER, name=name), "silence", "en", "warm")
    assert text.startswith(f"Hi {greeted}, it has been")


def test_the_salutation_follows_the_language_unless_the_business_chooses() -> None:
    named = msgspec.structs.replace(CUSTOMER, name="Imogen Morgan")

    def greeting(language: str, salutation: str = "language") -> str:
        return draft(
            named, "silence", style="warm", business="Lantern", reason="", language=language,
            salutation=salutation,
        ).opener  # fmt: skip

    assert greeting("de").startswith("Guten Tag Imogen Morgan,")
    assert greeting("fr").startswith("Bonjour Imogen,")
    assert greeting("de", "first").startswith("Guten Tag Imogen,")
    assert greeting("en", "full").startswith("Hi Imogen Morgan,")


def test_a_request_for_help_determines_the_follow_up() -> None:
    frustrated = msgspec.structs.replace(
        CUSTOMER, declared=DeclaredContext("frustrated"), milestones=(Milestone("m", "One year"),)
    )
    found = draft(frustrated, "milestone", style="warm", business="Lantern", reason="")
    assert "try another channel" in found.follow_up
    assert found.channel == "phone"


@pytest.mark.parametrize(
    ("locale", "fallback", "language"),
    [
        ("pt-BR", None, "pt"),
        ("de_AT", None, "de"),
        ("nl", "fr-FR", "fr"),
        (None, None, "en"),
        ("xx", "yy", "en"),
        ("AR", None, "ar"),
    ],
)
def test_the_customers_language_then_the_businesss_then_english(
    locale: str | None, fallback: str | None, language: str
) -> None:
    assert language_of(locale, fallback) == language


@pytest.mark.parametrize("written", LANGUAGES)
def test_a_text_in_another_language_is_detected(written: str) -> None:
    for cause, style in product(CAUSES, STYLES):
        text = opener(CUSTOMER, cause, written, style)
        assert [language for language in LANGUAGES if reads_as(text, language)] == [written]
