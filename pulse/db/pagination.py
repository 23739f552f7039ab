"""Cursors of keyset paging, as pages and programs hand them back: opaque, and checked when read."""

from typing import TypeVar

import msgspec

from pulse.errors import Invalid

Cursor = TypeVar("Cursor", bound=msgspec.Struct)


def encode(cursor: msgspec.Struct) -> str:
    """The cursor as a text for an address."""
    return msgspec.json.encode(cursor).hex()


def decode(text: str, kind: type[Cursor]) -> Cursor:
    """The cursor of `written`; raises Invalid for anything else."""
    try:
        return msgspec.json.decode(bytes.fromhex(text), type=kind)
    except (ValueError, msgspec.DecodeError) as wrong:
        raise Invalid("The page cursor is invalid.", field="after") from wrong
