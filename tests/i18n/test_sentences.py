"""Sentences for staff: English as ever, said in German at reading, kept as text and places."""

import copy
import pickle
from datetime import UTC, date, datetime, timedelta
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pulse.auth.scope import Scope
from pulse.cards import queue_queries
from pulse.cards.creation import open_cards
from pulse.cards.drafting.draft_job import NOTE_BUDGET
from pulse.db.transaction import tenant
from pulse.i18n.catalogue import LOCALES, compiled
from pulse.i18n.sentences import (
    Amount,
    Day,
    Money,
    Number,
    Sentence,
    Share,
    as_text,
    from_text,
    plural_sentence,
    restored,
    said_in,
    stored,
)
from pulse.testing.database import MakeCustomer
from tests.cards.test_priority import with_

FELL = Sentence(
    "Strength fell {points} from its {days}-day high ({high} → {now}).",
    points=13,
    days=90,
    high=43,
    now=30,
)
STAKE = Sentence(
    "{at_risk} a year at risk: {value} a year x {chance} chance to lapse; a conversation helps in "
    "{helped} of cases ({basis})",
    at_risk=Money(6_200.4, "EUR"),
    value=Money(10_000, "EUR"),
    chance=Share(0.62),
    helped=Share(0.2),
    basis=Sentence("assumed"),
)
RENEWAL = plural_sentence(
    "Renewal is due on {day}, in {n} day.",
    "Renewal is due on {day}, in {n} days.",
    1,
    day=Day(date(2026, 4, 20), year=True),
)
MOVED = Sentence(
    "{label}: −{n} points (now {value}).",
    label="Orders",
    n=Number(3.0),
    value=Sentence("{value}", value=Amount(1200, "orders")),
)
BAND = Sentence(
    "The band went from {before} to {after}: strength fell {points} from its {days}-day high "
    "({high} → {now}).",
    before=Sentence("strong"),
    after=Sentence("steady"),
    points=9,
    days=90,
    high=72,
    now=63,
)


@pytest.mark.parametrize(
    ("said", "english", "german"),
    [
        (
            FELL,
            "Strength fell 13 from its 90-day high (43 → 30).",
            "Stärke um 13 unter das Hoch der letzten 90 Tage gesunken (43 → 30).",
        ),
        (
            STAKE,
            "€6,200 a year at risk: €10,000 a year x 62% chance to lapse; a conversation helps in "
            "20% of cases (assumed)",
            "6.200 € im Jahr gefährdet: 10.000 € im Jahr x 62 % Abwanderungsrisiko; ein Gespräch "
            "hilft in 20 % der Fälle (angenommen)",
        ),
        (
            RENEWAL,
            "Renewal is due on 20 April 2026, in 1 day.",
            "Verlängerung fällig am 20. April 2026, in 1 Tag.",
        ),
        (
            MOVED,
            "Orders: −3 points (now 1,200 orders).",
            "Orders: −3 Punkte (jetzt 1.200 Bestellungen).",
        ),
        (
            BAND,
            "The band went from strong to steady: strength fell 9 from its 90-day high (72 → 63).",
            "Von der Stufe „stark“ auf „stabil“: Stärke um 9 unter das Hoch der letzten 90 Tage "
            "gesunken (72 → 63).",
        ),
        (Sentence("not in the catalogue"), "not in the catalogue", "not in the catalogue"),
    ],
)
def test_a_sentence_is_english_and_is_said_in_german_when_read(
    said: Sentence, english: str, german: str
) -> None:
    assert said == english
    assert said_in("en", said) == english
    assert said_in("de", said).replace("\xa0", " ") == german
    # kept in JSON and in a column of text, copied, sent to another process
    kept = msgspec.json.decode(msgspec.json.encode([said], enc_hook=stored))[0]
    for same in (
        restored(kept),
        from_text(as_text(said)),
        copy.deepcopy(said),
        pickle.loads(pickle.dumps(said)),
    ):
        assert same == english
        assert said_in("de", same).replace("\xa0", " ") == german


def test_texts_from_before_and_texts_of_people_read_as_they_are() -> None:
    assert restored("Strength fell 13 (43 → 30).") == "Strength fell 13 (43 → 30)."
    assert restored(None) == from_text(None) == ""
    assert from_text('{"a": 1} is what they wrote') == '{"a": 1} is what they wrote'
    assert from_text('{"text":') == '{"text":'
    assert from_text('{"text": "{a.__class__}", "places": {"a": "x"}}') == "{a.__class__}"
    assert from_text('{"text": "{b}", "places": {"a": "x"}}') == "{b}"
    assert restored({"text": "{a}", "places": {"a": {"type": "share", "value": "x"}}}) == "{a}"
    assert as_text("{braces} of a person") == "{braces} of a person"
    assert as_text(Sentence(NOTE_BUDGET)) == NOTE_BUDGET
    with pytest.raises(TypeError):
        msgspec.json.encode([object()], enc_hook=stored)


def nested(depth: int) -> dict[str, object]:
    """A sentence inside a sentence, this many times."""
    kept: dict[str, object] = {"text": "end"}
    for _ in range(depth):
        kept = {"text": "{a}", "places": {"a": kept}}
    return kept


ODD = [
    {"text": "{a}", "places": []},
    {"text": "{a}", "places": None},
    {"text": "{a}", "places": {"a": None}},
    {"text": "{a}", "places": {"a": 1.5}},
    {"text": "{a}", "places": {"a": [1]}},
    {"text": "{a}", "places": {"a": 10**400}},
    {"text": "{a}", "places": {"a": {"type": "number", "value": 1, "decimals": 3e9}}},
    {"text": "{a}", "places": {"a": {"type": "number", "value": 1, "decimals": 2_000_000_000}}},
    {"text": "{a}", "places": {"a": {"type": "number", "value": 1, "decimals": -1}}},
    {"text": "{a}", "places": {"a": {"type": "money", "value": "inf", "currency": "EUR"}}},
    {"text": "{a}", "places": {"a": {"type": "share", "value": "nan"}}},
    {"text": "{a}", "places": {"a": {"type": "spoken", "texts": {"de": "ja"}}}},
    {"text": "{a}", "other": "{b}", "places": {"n": 2}},
    {"text": "{a}", "other": 5, "places": {"n": 2}},
    {"text": "{a}", "other": "{n}"},
]


@pytest.mark.parametrize("kept", ODD)
def test_an_odd_stored_value_is_shown_as_its_text(kept: dict[str, object]) -> None:
    assert restored(kept) == "{a}"
    assert from_text(msgspec.json.encode(kept).decode()) == "{a}"
    assert said_in("de", restored(kept)) == "{a}"


def test_what_is_no_stored_sentence_does_not_break_the_page() -> None:
    for kept in ({}, {"text": 5}, {"text": ["a"]}, {"places": {"a": "b"}}):
        assert restored(kept) == ""
    for plain in ('{"text":5}', '{"text":["a"]}', '{"text":' * 5000):
        assert from_text(plain) == plain
    for depth in range(50, 1500, 50):  # whatever the limit of the interpreter is
        assert said_in("de", restored(nested(depth))) in ("end", "{a}")


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e300, -1e300])
def test_a_value_that_german_cannot_format_is_said_in_english_or_german(value: float) -> None:
    for place in (Number(value), Amount(value, "orders"), Money(value, "EUR")):
        kept = {"text": "{a}", "places": {"a": msgspec.structs.asdict(place)}}
        kept["places"]["a"]["type"] = type(place).__name__.lower()  # type: ignore[index]
        kept["places"]["a"]["value"] = str(value)  # type: ignore[index]
        assert said_in("de", restored(kept))


@pytest.mark.parametrize(
    "plain",
    ['{"text":', '{"text":"mine"}', '{"text":"{a}","places":{"a":"x"}}', '{"text":{"text":"a"}}'],
)
def test_a_text_that_looks_like_a_stored_sentence_is_read_back_unchanged(plain: str) -> None:
    for text in (plain, Sentence(plain), from_text(as_text(plain))):
        assert from_text(as_text(text)) == plain
        assert said_in("de", from_text(as_text(text))) == plain


async def test_a_card_keeps_its_reasons_so_that_each_reader_has_their_language(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    now = datetime.now(UTC)
    customer_id = await make_customer(shop, "c1")
    context = with_(
        business_id=shop.business_id,
        customer_id=customer_id,
        as_of=now,
        renewal_on=(now + timedelta(days=9)).date(),
        strength=50.0,
        recent_high=75.0,
    )
    async with tenant(shop) as unit:
        assert await open_cards(unit, [context])
    (card,) = await queue_queries.list_cards(shop)
    assert card.reason == card.reasons[0] == "Strength fell 25 from its 90-day high (75 → 50)."
    german = "Stärke um 25 unter das Hoch der letzten 90 Tage gesunken (75 → 50)."
    assert said_in("de", card.reasons[0]) == said_in("de", card.reason) == german
    assert "Grunddringlichkeit" in [said_in("de", one["text"]) for one in card.priority_reasons]
    async with tenant(shop) as unit:  # a row from before: English, as it was written
        await unit.execute(
            "UPDATE conversation_cards SET reason = 'It fell.', reasons = '[\"It fell.\"]' "
            "WHERE business_id = $1",
            unit.business_id,
        )
    (card,) = await queue_queries.list_cards(shop)
    assert [card.reason, *card.reasons] == ["It fell.", "It fell."]


FORMER: dict[str, Any] = {
    "text": "Last order {ago} days ago; expected every {usual} days ({late} gaps).",
    "places": {
        "ago": {"type": "number", "value": 1082.0, "decimals": 0},
        "usual": {"type": "number", "value": 31.0, "decimals": 0},
        "late": {"type": "number", "value": 2.4, "decimals": 1},
    },
}


def test_a_sentence_of_an_earlier_version_is_said_in_the_readers_language() -> None:
    said = "Letzte Bestellung vor 1.082 Tagen; erwartet alle 31 Tage (2,4 Abstände)."
    assert said_in("de", restored(FORMER)) == said


def test_a_wheel_has_the_texts_of_earlier_versions(tmp_path: Path) -> None:
    built = tmp_path / "pulse.mo"
    built.write_bytes(compiled(LOCALES / "de" / "LC_MESSAGES" / "pulse.po"))
    with built.open("rb") as file:
        assert GNUTranslations(file).gettext(FORMER["text"]).startswith("Letzte Bestellung vor")
