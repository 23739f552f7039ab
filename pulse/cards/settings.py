"""What a business may set about its cards (`businesses.settings["cards"]`), with the defaults."""

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
    # a drop is judged over 30 days, so a second card within them would tell the same drop again
    "erosion": 30,
    # one silence is one story: a regular who is called does not hear it again for a quarter
    "overdue": 90,
    "band_lost": 30,
    # a declared state lives for 7 days; tapping the button twice in that time is one call for help
    "stuck": 7,
    "frustrated": 7,
    # a colleague who asks again has a reason to; an open card stands in the way by itself
    "by_hand": 0,
    # good news is welcome, but a quarter apart, or it turns into noise
    "milestone": 90,
    "silence": 60,
    "renewal": 60,
}


class CardRules(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds, limits and tone of one business. Days are whole days, shares are 0–1."""

    switched_off: tuple[str, ...] = ()
    erosion_points: Annotated[float, Meta(ge=1.0, le=100.0)] = 10.0
    strong_edge: Annotated[float, Meta(ge=0.0, le=100.0)] = 70.0
    silence_days: Days = 60
    renewal_days: Days = 30
    cooldown_days: dict[str, int] = {}
    customer_quiet_days: Days = 14
    cards_per_day: Amount = 40  # of the whole team; more would only grow a backlog
    cards_per_person: Amount = 8  # conversations a day that one CSM can have beside other work
    stale_after_days: Days = 28
    hold_out_share: Share = 0.05
    outcome_reminder_days: Days = 7
    outcome_window_days: Days = 14
    return_window_days: Days = 30
    lapse_days: Days = 90
    tone: Annotated[str, Meta(max_length=300)] = ""
    salutation: Literal["language", "first", "full"] = "language"
    """By which name openers greet; see `drafting.salutation`."""
    house_rules: Annotated[tuple[str, ...], Meta(max_length=10)] = ()
    channels: tuple[str, ...] = ()
    """By which a draft may suggest to deliver it; (): every channel that is known."""
    model_enabled: bool = True
    tokens_per_day: Amount = 400_000
    price_in: float | None = None
    price_out: float | None = None

    @property
    def allowed_channels(self) -> tuple[str, ...]:
        """The channels a draft may suggest."""
        return self.channels or tuple(discover())

    def cooldown(self, cause: str) -> int:
        """Days between two cards of one cause for one customer."""
        return self.cooldown_days.get(cause, COOLDOWN_DAYS.get(cause, 30))


def read(settings: Mapping[str, Any] | None) -> CardRules:
    """The card rules of a business from its settings; what cannot be read falls back whole."""
    try:
        return msgspec.convert(dict((settings or {}).get("cards") or {}), CardRules, strict=False)
    except msgspec.ValidationError as wrong:
        logs.event("card_rules_unreadable", level="warning", problem=str(wrong))
        return CardRules()
