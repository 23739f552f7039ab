"""Card settings of a business (`businesses.settings["cards"]`), with their defaults."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from pulse import logs
from pulse.cards.channels import discover

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Days = Annotated[int, Meta(ge=0, le=3650)]
Amount = Annotated[int, Meta(ge=0)]
COOLDOWN_DAYS: Mapping[str, int] = {
    # A drop is measured over 30 days, so a second card within them would report the same drop.
    "erosion": 30,
    # One silence gets one card per quarter.
    "overdue": 90,
    "band_lost": 30,
    # A declared state is valid for 7 days; a second tap in that time is the same request.
    "stuck": 7,
    "frustrated": 7,
    # A repeated request by a colleague is intended; an open card alone prevents a second one.
    "by_hand": 0,
    # Good news at most once a quarter.
    "milestone": 90,
    "silence": 60,
    "renewal": 60,
}


class CardRules(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds, limits and tone of one business. Days are integers, shares are 0–1."""

    switched_off: tuple[str, ...] = ()
    erosion_points: Annotated[float, Meta(ge=1.0, le=100.0)] = 10.0
    strong_edge: Annotated[float, Meta(ge=0.0, le=100.0)] = 70.0
    silence_days: Days = 60
    renewal_days: Days = 30
    cooldown_days: dict[str, int] = {}
    customer_quiet_days: Days = 14
    cards_per_day: Amount = 40  # of the whole team; more would only add to the backlog
    cards_per_person: Amount = 8  # conversations a day that one CSM can hold beside other work
    stale_after_days: Days = 28
    hold_out_share: Share = 0.05
    outcome_reminder_days: Days = 7
    outcome_window_days: Days = 14
    return_window_days: Days = 30
    lapse_days: Days = 90
    tone: Annotated[str, Meta(max_length=300)] = ""
    salutation: Literal["language", "first", "full"] = "language"
    """Which name openers greet with; see `drafting.salutation`."""
    house_rules: Annotated[tuple[str, ...], Meta(max_length=10)] = ()
    channels: tuple[str, ...] = ()
    """Channels that a draft may suggest; (): all known channels."""
    model_enabled: bool = True
    tokens_per_day: Amount = 400_000
    price_in: float | None = None
    price_out: float | None = None

    @property
    def allowed_channels(self) -> tuple[str, ...]:
        """Return the channels a draft may suggest."""
        return self.channels or tuple(discover())

    def cooldown(self, cause: str) -> int:
        """Return the days between two cards of one cause for one customer."""
        return self.cooldown_days.get(cause, COOLDOWN_DAYS.get(cause, 30))


def read(settings: Mapping[str, Any] | None) -> CardRules:
    """Read the card rules from a business's settings; invalid settings give the defaults."""
    try:
        return msgspec.convert(dict((settings or {}).get("cards") or {}), CardRules, strict=False)
    except msgspec.ValidationError as wrong:
        logs.event("card_rules_unreadable", level="warning", problem=str(wrong))
        return CardRules()
