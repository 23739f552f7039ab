"""Which columns and values say that a customer has left (words in `vocabulary/leaving`)."""

from pulse.tabular import parsing
from pulse.tabular.header_hints import CHANGED, COMING, says
from pulse.tabular.header_names import words_of
from pulse.tabular.vocabulary import is_one_of, table, tables

_NAMES = table("leaving", "columns", "names")
_DATES = table("leaving", "columns", "dates")
_STAYS = table("leaving", "columns", "stays")
_NOT_NAMES = table("leaving", "columns", "not_names")
_OTHERS = table("leaving", "columns", "others")
_STATUS = table("leaving", "status", "names")
_LEFT = table("leaving", "status", "left")
_PERHAPS = table("leaving", "status", "perhaps_left")
_YES = table("leaving", "yes", "left")
_STAYED = table("leaving", "yes", "stayed")
_AFTERWARDS = tables("leaving", "afterwards")
NAMED_TELLS = 0.05
"""Distance from AUC .5 from which a column whose name is about leaving is a leak."""
MOST_STATES = 12
"""The maximum number of values of a status; more are free text."""


def is_leaving_date(words: list[str]) -> bool:
    """Whether a date column with these header words holds the day on which a customer left."""
    if says(words, _OTHERS) or says(words, CHANGED) or says(words, COMING):
        return False
    return says(words, _DATES) or says(words, _NAMES)


def names_leaving(words: list[str]) -> bool:
    """Whether a column with these header words says with yes or no who has left."""
    named = says(words, _NAMES) or is_one_of(" ".join(words), _LEFT)
    return named and not says(words, _NOT_NAMES) and not says(words, _OTHERS)


def names_staying(words: list[str]) -> bool:
    """Whether a column with these header words says with yes or no who has stayed."""
    return says(words, _STAYS) and not says(words, _NOT_NAMES) and not says(words, _OTHERS)


def leaving_values(words: list[str], values: tuple[str, ...], distinct: int) -> tuple[str, ...]:
    """The values that mean "has left" in a column with these header words; empty if none do.

    values: distinct values, the most frequent first; distinct: how many there are.
    """
    if not 1 <= distinct <= MOST_STATES or says(words, _OTHERS):
        return ()
    if names_leaving(words) and distinct <= 2:
        return _yes(values) if distinct == 2 else values if _is_yes(values[0]) else ()
    if distinct == 1:
        return ()
    churned = tuple(value for value in values if _says_churn(value))
    if not churned and distinct == 2 and names_staying(words):
        return _no(values)
    if not churned and not says(words, _STATUS):
        return ()
    left = tuple(value for value in values if is_one_of(value, _LEFT))
    left = left or churned or tuple(value for value in values if is_one_of(value, _PERHAPS))
    return left if len(left) < distinct else ()


def is_filled_afterwards(words: list[str]) -> bool:
    """Whether a name suggests that the column was filled at leaving, or predicts it.

    `churn_score`, `final_bill`, `Kündigungsgrund`; not `cancelled_orders`, `Kündigungsfrist`.
    """
    said = {part: says(words, hints) for part, hints in _AFTERWARDS.items()}
    ended = (said["ending"] and said["about"]) or (said["final"] and said["of_account"])
    return not said["elsewhere"] and (said["names"] or ended)


def filled_afterwards(words: list[str], auc: float) -> bool:
    """Whether a column with this name and this AUC against staying was filled at leaving."""
    return is_name_enough(auc) and is_filled_afterwards(words)


def is_name_enough(auc: float) -> bool:
    """Whether this AUC against staying makes a column a leak whose name is about leaving."""
    return abs(auc - 0.5) > NAMED_TELLS


def is_left(value: str) -> bool:
    """Whether this status value means that the customer has left."""
    return is_one_of(value, _LEFT)


def _yes(values: tuple[str, ...]) -> tuple[str, ...]:
    """The one of two values that means yes; the rarer one where no word decides."""
    said = tuple(value for value in values if _is_yes(value))
    return said if len(said) == 1 else values[-1:]


def _no(values: tuple[str, ...]) -> tuple[str, ...]:
    """The one of two values that means no; none where no word decides."""
    said = tuple(value for value in values if _is_no(value))
    return said if len(said) == 1 else ()


def _is_no(value: str) -> bool:
    plain = value.strip().lower().removesuffix(".0")
    return plain in parsing.NO_WORDS or is_one_of(value, _LEFT)


def _is_yes(value: str) -> bool:
    text = " ".join(words_of(value))
    if text in ("1", "1 0", "y", "t", "x", "j", "s") or value.strip() in ("✓", "✔", "☑"):
        return True
    if any(text.startswith(stay) for stay in _STAYED):
        return False
    return is_one_of(value, _LEFT) or any(part in text for part in _YES)


def _says_churn(value: str) -> bool:
    text = value.lower()
    return any(part in text for part in ("churn", "attrit", "former customer"))
