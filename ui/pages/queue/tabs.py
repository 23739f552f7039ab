"""The tabs of the queue: titles, texts when empty, and the page's keys."""

from pulse.cards.queue_queries import QueueCard, QueueTab
from ui.texts import marked

TITLES: dict[str, str] = marked(
    {
        "open": "Waiting",
        "snoozed": "Snoozed",
        "outcomes": "Needs outcome",
        "asked": "How did it go?",
        "done": "Done",
    }
)
NOTHING: dict[QueueTab, tuple[str, str]] = marked(
    {
        "open": ("No cards are waiting", "New cards appear here at once."),
        "snoozed": ("No snoozed cards", "Snoozed cards wait here until their date."),
        "outcomes": ("No outcomes to record", "Delivered cards wait here for their outcome."),
        "asked": ("Nothing to ask about", "Cards delivered some days ago ask here how it went."),
        "done": ("Nothing done yet", "Cards with an outcome, and dismissed ones, are kept here."),
    }
)
HINTS = marked(
    "j k next, back · e edit · c copy · a delivered · s snooze · d dismiss · g reassign · p tab"
)


def belongs(card: QueueCard, tab: QueueTab) -> bool:
    """Return whether a card is listed in this tab."""
    match tab:
        case "open":
            return card.status == "pending"
        case "snoozed":
            return card.status == "snoozed"
        case "outcomes" | "asked":
            return card.status == "actioned" and card.outcome is None
    return True
