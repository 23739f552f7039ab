"""Words of Pulse inside other texts are in the reader's language, too."""

from types import SimpleNamespace

import pytest

from pulse.customers.filters import CustomerFilter
from pulse.customers.merging.merge_store import CLOSED_BECAUSE
from pulse.learning.labels import EventsRule
from pulse.learning.outcome_options import Choice, in_words
from pulse.segments.segment_overview import add_rule
from ui.components.card_words import ending_words
from ui.pages.churn.page import _outcome_labels
from ui.pages.segments.cluster_panel import _moved
from ui.pages.segments.page import show as show_segments
from ui.texts import reading

RULE = EventsRule("order", 30, 60)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("A false alarm", "Ein Fehlalarm"),
        ("Handled another way: Called: she moves", "Anders erledigt: Called: she moves"),
        ("Customers: too many", "Customers: too many"),
        (CLOSED_BECAUSE, "Mit der offenen Karte des anderen Kunden zusammengeführt."),
    ],
)
def test_a_dismissal_is_translated_but_nobodys_own_words(reason, words):
    with reading("de"):
        assert ending_words(reason, "Mara", 3.0) == f"Karte verworfen: {words}"


def test_the_outcomes_to_fit_the_churn_model_to():
    offered = [Choice(RULE, in_words(RULE), 60, 140)]
    words = "30 Tage ohne Ereignis „Bestellung“ (60 von 200 abgewandert)"
    with reading("de"):
        assert _outcome_labels(offered) == {0: words}


def test_who_joined_and_left_a_cluster():
    with reading("de"):
        assert _moved(SimpleNamespace(came=1200, went=3)) == "+1.200 −3"


def test_a_card_that_a_merge_closed_was_ended_by_pulse():
    words = ending_words(CLOSED_BECAUSE, "", None)
    assert words == "Card ended: Joined with the open card of the other customer."


async def test_by_what_a_segment_is_defined(render, shop, make_customer):
    await make_customer(shop, "ada", segment="Trade", identity_strength=50.0, band="steady")
    await add_rule(shop, "Weak", CustomerFilter(strength_to=60.0))
    with reading("de"):
        async with render(show_segments, path="/segments") as page:
            kinds = {row["name"]: row["kind"] for row in page.rows if "kind" in row}
    assert (kinds["Trade"], kinds["Weak"]) == ("Name", "Regel")
