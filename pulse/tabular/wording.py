"""Counts in sentences: `1 row`, `2 rows`."""


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun; many: the plural where it is not `one` and an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def agree(number: int, one: str, many: str) -> str:
    """The verb that goes with so many."""
    return one if number == 1 else many


def doing(number: int, noun: str, verb: str, verbs: str) -> str:
    """`1 row has`, `2 rows have`."""
    return f"{counted(number, noun)} {agree(number, verb, verbs)}"
