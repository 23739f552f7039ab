"""A card trigger: thank customers who became strong from far below."""

from pulse.sdk import CardContext, CardRules, card_trigger

CLIMB = 20.0  # points in 30 days: unusual growth, but less than a new customer's first month


@card_trigger("thank_you", "Climbed to strong")
def thank_you(context: CardContext, rules: CardRules) -> str | None:
    """Strong now, and at least CLIMB points more than a month ago."""
    if context.band != "strong" or (context.change_30d or 0.0) < CLIMB:
        return None
    return f"Climbed {context.change_30d:.0f} points in 30 days, to {context.strength:.0f}."
