"""Sentences with figures of an earlier day, which name that day."""

from datetime import date

from pulse.i18n.sentences import Day, Sentence, marked

AS_OF = marked("As of {day}: {reason}")
BY_EARLIER_SCORECARD = marked("As of {day}, by an earlier scorecard: {reason}")


def dated(
    reason: str, day: date, today: date | None = None, *, same_scorecard: bool = True
) -> Sentence:
    """Return the reason with the day of its figures; a dated one keeps its day.

    today: the year of the day is said where it is another. same_scorecard: whether the figures are
    of the scorecard that computed the strength beside them.
    """
    text = AS_OF if same_scorecard else BY_EARLIER_SCORECARD
    if isinstance(reason, Sentence) and is_dated(reason):
        return Sentence(reason.text if same_scorecard else text, **reason.places)
    with_year = today is not None and today.year != day.year
    return Sentence(text, day=Day(day, year=with_year), reason=reason)


def is_dated(reason: str) -> bool:
    """Return whether a reason names the day of its figures."""
    return isinstance(reason, Sentence) and reason.text in (AS_OF, BY_EARLIER_SCORECARD)
