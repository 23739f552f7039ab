"""Counts in sentences, and the sentences of warnings that depend on a case."""

from pulse.i18n.sentences import Number, Place, Sentence, plural_sentence
from pulse.tabular.profiling import ColumnProfile


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun; many: the plural, if it is not `one` plus s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def customers_gone(count: int) -> Sentence:
    """The number of customers of the last list that this one lacks."""
    return plural_sentence(
        "{n} customer of the last list is not in this one.",
        "{n} customers of the last list are not in this one.",
        count,
    )


def unknown_owners(names: list[str]) -> Sentence:
    """Owners in a list who are not staff; the first five are named."""
    return Sentence(
        "Not in your team, so these customers get no owner: {names}.", names=", ".join(names[:5])
    )


def repeated_rows(count: int, checked: int, *, once: bool) -> Sentence:
    """The number of rows that repeat another one; once: each is imported once."""
    rows = plural_sentence("{n} row", "{n} rows", checked)
    if once:
        return plural_sentence(
            "{n} of {rows} checked repeats an earlier row. Each is imported once.",
            "{n} of {rows} checked repeat an earlier row. Each is imported once.",
            count,
            rows=rows,
        )
    return plural_sentence(
        "{n} of {rows} checked repeats an earlier row. Each counts.",
        "{n} of {rows} checked repeat an earlier row. Each counts.",
        count,
        rows=rows,
    )


def unreadable_cells(profile: ColumnProfile, *, rejects: bool) -> Sentence:
    """The share of cells that are not of the column's type; rejects: their rows are reported."""
    words = ", ".join(f"“{word}”" for word in profile.unread)
    places: dict[str, Place] = {
        "share": Number(100 * profile.unreadable, 1),
        "type": Sentence(profile.type),
        "seen": f" ({words})" if words else "",
    }
    if rejects:
        return Sentence(
            "{share}% of the texts cannot be read as {type}{seen}. Those rows are reported.",
            **places,
        )
    return Sentence(
        "{share}% of the texts cannot be read as {type}{seen}. Those cells stay empty.", **places
    )


def future_dates(count: int, *, is_time: bool) -> Sentence:
    """The number of dates in the future; is_time: they are the times of events."""
    if is_time:
        return plural_sentence(
            "{n} of these dates is in the future. They count as now.",
            "{n} of these dates are in the future. They count as now.",
            count,
        )
    return plural_sentence(
        "{n} of these dates is in the future.", "{n} of these dates are in the future.", count
    )


def same_outcome(value: str, *, stayed: bool) -> Sentence:
    """A value whose customers all stayed, or all left."""
    if stayed:
        return Sentence(
            "Everybody with “{value}” stayed: was this recorded afterwards?", value=value
        )
    return Sentence("Everybody with “{value}” left: was this recorded afterwards?", value=value)


def reversed_direction(name: str, direction: str, auc: float) -> Sentence:
    """A column whose customers leave the other way round than its name says."""
    places: dict[str, Place] = {"name": name, "auc": Number(auc, 2)}
    if direction == "lower":
        return Sentence(
            "Customers with more “{name}” leave more often (AUC {auc}), so lower counts as "
            "stronger. Change it if you know better.",
            **places,
        )
    return Sentence(
        "Customers with less “{name}” leave more often (AUC {auc}), so higher counts as "
        "stronger. Change it if you know better.",
        **places,
    )
