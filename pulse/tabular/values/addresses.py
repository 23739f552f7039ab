"""Patterns for e-mail and web addresses, for polars."""

from pulse.tabular.mapping import ColumnMapping

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
WEB_ADDRESS = r"(?i)^(?:https?://)?(?:[\w-]+\.)+[\w-]{2,}(?::\d{1,5})?(?:[/?#]\S*)?$"
"""With or without `https://`: programs export `acme.com` as often as `https://acme.com/`."""


def pattern_of(column: ColumnMapping) -> str:
    """The pattern that each text of the column must match; empty: any text is accepted.

    Only types that the business has set are enforced; guessed types reject nothing.
    """
    if column.role == "email" or (column.role == "id" and column.type == "email"):
        return EMAIL
    if not column.declared:
        return ""
    return {"email": EMAIL, "url": WEB_ADDRESS}.get(column.type, "")
