"""A business's widget settings (`businesses.settings["widget"]`), with their defaults."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

SECTION = "widget"
LONGEST_BOND = 60


class WidgetSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The widget's texts, and what its launcher shows."""

    bond: Annotated[str, Meta(max_length=LONGEST_BOND)] = ""
    """The business's term for the strength, e.g. "Your Lantern circle"; empty: the default term."""
    launcher: Literal["mark", "number"] = "mark"
    """What the closed widget shows: a mark, or the customer's score."""
    answer_hours: Annotated[int, Meta(ge=0, le=720)] = 0
    """Hours within which staff answer a customer who is stuck; 0: not stated."""


def read(settings: Mapping[str, Any] | None) -> WidgetSettings:
    """The widget's section of a settings object; invalid values become the defaults."""
    try:
        return msgspec.convert(dict((settings or {}).get(SECTION) or {}), WidgetSettings)
    except msgspec.ValidationError:
        return WidgetSettings()
