"""Find columns about personal characteristics by the words in their names, or by their values.

A learned scorecard leaves them out unless an admin includes them with a reason. The words of eight
languages are in `pulse/tabular/vocabulary/sensitive.toml`.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pulse.i18n.sentences import marked
from pulse.tabular.header_hints import is_called, says
from pulse.tabular.header_names import words_of
from pulse.tabular.vocabulary import is_one_of, table, tables

KINDS = marked((
    "origin", "age", "gender", "marital status", "family", "place of living", "name", "belief",
    "health", "orientation", "military service",
))  # fmt: skip
_WORDS = {kind: tables("sensitive", kind) for kind in KINDS}
_THINGS = table("sensitive", "others", "things")
_PERSONS = table("sensitive", "others", "persons")
_HARMLESS = table("sensitive", "others", "harmless")
_VALUES = {kind: tables("sensitive", f"{kind} values") for kind in ("gender", "marital status")}
_OF_PERSONS = table("sensitive", "others", "of_persons")
YOUNG, OLD = 14.0, 115.0
"""Ages between which customers are."""
MOST_VALUES = 12
"""A column with more distinct values is not compared with the values of a characteristic."""


def sensitive_kind(name: str) -> str | None:
    """The sensitive characteristic that a column's name is about ("age", "gender", …), or None.

    Words are compared as a whole: "Customer_Age" and "SeniorCitizen" match; "usage", "package",
    "subscription_age" and "device_age" do not.
    """
    words = words_of(name)
    if says(words, _HARMLESS):
        return None
    things = says(words, _THINGS) and not says(words, _PERSONS)
    for kind, hints in _WORDS.items():
        if says(words, hints["always"]) or is_called(words, hints["exactly"]):
            return kind
        if not things and says(words, hints["unless_thing"]):
            return kind
    return None


def is_age_of_thing(name: str, ages: NDArray[np.float64]) -> bool:
    """Whether a column that `sensitive_kind` takes for an age is that of a thing.

    So it is where the name has a word that says no person, as in "age_terminal", and the ages
    ([N], NaN for unknown) are not those of customers.
    """
    words = words_of(name)
    hints = _WORDS["age"]
    if says(words, hints["always"]):
        return False
    persons = hints["unless_thing"] + _OF_PERSONS
    others = [one for one in map(_of_compound, words) if not says([one], persons)]
    known = ages[~np.isnan(ages)]
    if not others or not known.size:
        return False
    youngest, oldest = np.quantile(known, (0.02, 0.98))
    return bool(youngest < YOUNG or oldest > OLD)


def _of_compound(word: str) -> str:
    """Whose age a German or Dutch compound is: "kartenalter" gives "karten"."""
    for age in ("alter", "leeftijd"):
        if word.endswith(age) and word != age:
            return word.removesuffix(age)
    return word


def sensitive_values(values: Iterable[str]) -> str | None:
    """The characteristic that a column's distinct values are about, whatever its name, or None.

    At least two values must be certain words of it ("Mr" and "Mrs"), the rest may be vague ones
    ("Dr", "other", "unknown").
    """
    there = {" ".join(words_of(value)) for value in values} - {""}
    if not 2 <= len(there) <= MOST_VALUES:
        return None
    for kind, hints in _VALUES.items():
        certain = {value for value in there if is_one_of(value, hints["certain"])}
        rest = there - certain
        if len(certain) >= 2 and all(is_one_of(value, hints["vague"]) for value in rest):
            return kind
    return None
