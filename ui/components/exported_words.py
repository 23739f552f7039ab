"""Headings and values of an exported workbook of customers, as on screen."""

from ui.components.customer_filter import LIFECYCLES
from ui.components.customer_rows import COLUMNS
from ui.kit.badges import band_name, state_words
from ui.texts import gettext, marked

_HEADINGS = marked(
    {
        "external_id": "Customer id",
        "email": "E-mail",
        "lifecycle": "Lifecycle",
        "owner": "Owner’s e-mail",
        "locale": "Language",
        "value": "Value a year, imported",
        "first_seen_at": "Customer since",
        "last_event_at": "Last activity",
        "last_order_at": "Last order",
        "top_driver": "Top driver",
    }
)
"""Headings of columns that are not on screen."""
_ON_SCREEN = {
    "owner_name": "owner",
    "context_type": "state",
    "top_negative_driver": "against",
    "yearly_value": "value",
}
"""Column of an export → column of the list, where their names differ."""
_ALIKE = (
    *("name", "identity_strength", "band", "change_7d", "change_30d", "coverage"),
    *("value_at_risk", "renewal_on", "segment", "tags", "last_touch", "scorecard"),
)


def export_headings() -> dict[str, str]:
    """Return column of an export → its heading."""
    shown = {column.key: column.label for column in COLUMNS}
    labels = {
        **_HEADINGS,
        **{name: shown[_ON_SCREEN.get(name, name)] for name in (*_ALIKE, *_ON_SCREEN)},
    }
    return {name: gettext(label) for name, label in labels.items()}


def exported_words(column: str, value: str) -> str:
    """Return a column's value as text as on screen."""
    if column == "band":
        return band_name(value)
    if column == "lifecycle":
        return gettext(LIFECYCLES.get(value, value))
    return state_words(value)[0] if column == "context_type" else value
