"""Counts in sentences: `1 row`, `2 rows`."""


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun; many: the plural, if it is not `one` plus s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def agree(number: int, one: str, many: str) -> str:
    """The verb form that agrees with the number."""
    return one if number == 1 else many


def with_verb(number: int, noun: str, verb: str, verbs: str) -> str:
    """Number, noun and verb: `1 row has`, `2 rows have`."""
    return f"{counted(number, noun)} {agree(number, verb, verbs)}"
