"""How likely a customer stays away without a conversation, and what a conversation may keep.

The shares are those of lantern's first half-year (30,000 customer-weeks, an order within 90 days),
smoothed so that they rise with lateness and fall with orders. Its second half-year says the same
within .08 in every cell but two. They decide the order of the queue, not who is in it.
"""

from bisect import bisect_right

DAYS = (2, 3, 4, 6, 12)
"""Active days from which a row of the table counts."""
LATENESS = (1.0, 1.5, 2.0, 3.0)
"""Usual gaps of silence at which the next column begins."""
CHANCES = (
    (0.33, 0.35, 0.37, 0.43, 0.50),
    (0.21, 0.24, 0.27, 0.32, 0.38),
    (0.11, 0.14, 0.20, 0.33, 0.45),
    (0.04, 0.07, 0.13, 0.18, 0.32),
    (0.01, 0.01, 0.02, 0.03, 0.06),
)
HELPED = 0.2
"""Share of those who would leave whom a conversation keeps: assumed until the hold-out says."""


def chance_of(active_days: float, lateness: float | None) -> float | None:
    """The chance (0-1) of no order within 90 days; None below two active days: no habit."""
    row = bisect_right(DAYS, active_days) - 1
    if row < 0 or lateness is None:
        return None
    return CHANCES[row][bisect_right(LATENESS, lateness)]


def at_stake(value: float | None, chance: float | None, helped: float = HELPED) -> float | None:
    """Money a year that a conversation may keep: value x chance x share helped."""
    if chance is None or value is None or value <= 0:
        return None
    return value * chance * helped
