"""Cursors of keyset paging: opaque to pages and programs, and checked when they come back."""

from typing import TypeVar

import msgspec

from pulse.errors import Invalid

MOST_ROWS = 200
"""Rows of a page at most, for programs and for the dashboard."""
Cursor = TypeVar("Cursor", bound=msgspec.Struct)


def encode(cursor: msgspec.Struct) -> str:
    """The cursor as a text for a URL."""
    return msgspec.json.encode(cursor).hex()


def decode(text: str, kind: type[Cursor]) -> Cursor:
    """The cursor in `text`; raises Invalid for anything else."""
    try:
        return msgspec.json.decode(bytes.fromhex(text), type=kind)
    except (ValueError, msgspec.DecodeError) as wrong:
        raise Invalid("The page cursor is invalid.", field="after") from wrong
