"""What the customer sees in the widget, for the CSM: the same words, and nothing more."""

from pulse.contexts.widget_state import Portrait
from ui import kit
from ui.formatters import percent
from ui.kit.text import box, text


def preview(seen: Portrait) -> None:
    """Draw the customer's own view."""
    with box("pl-preview pl-stack"):
        if seen.preferences.score_hidden:
            kit.note("They have hidden their score: the widget shows milestones and contexts only.")
        else:
            _identity(seen)
        following = seen.milestones.next
        if following:
            done = percent(following.progress)
            text(f"Next: {following.title}, {following.remaining} ({done} done)", "pl-small")
        if seen.milestones.reached:
            reached = ", ".join(one.title for one in seen.milestones.reached[:4])
            text(f"Reached: {reached}", "pl-small pl-quiet")


def _identity(seen: Portrait) -> None:
    strength = seen.identity.identity_strength
    if strength is None:
        text("“We are getting to know you”", "pl-strong-text")
        return
    with kit.row():
        text(f"{strength:.0f}", "pl-figure__value")
        kit.band(seen.identity.band)
    for reason in seen.because:
        text(f"Strong because: {reason.text}", "pl-small", tag="p")
    for step in seen.strengthen:
        text(f"Would strengthen: {step.text}", "pl-small pl-quiet", tag="p")
