"""Differences between a draft and the text a person sent. Pure."""

import re
from difflib import SequenceMatcher
from typing import Literal

import msgspec


class Piece(msgspec.Struct, frozen=True):
    """A run of words that was kept, removed or added."""

    kind: Literal["same", "gone", "new"]
    text: str


def edit_share(draft: str, sent: str) -> float:
    """Return the share of words that changed: 0 sent as drafted … 1 nothing left."""
    before, after = _words(draft), _words(sent)
    return round(1.0 - SequenceMatcher(None, before, after, autojunk=False).ratio(), 4)


def diff(draft: str, sent: str) -> list[Piece]:
    """Return both texts as pieces in reading order; "same" and "new" pieces form `sent`."""
    before, after = _words(draft), _words(sent)
    pieces: list[Piece] = []
    for tag, i, j, m, n in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", " ".join(before[i:j])))
            continue
        if j > i:
            pieces.append(Piece("gone", " ".join(before[i:j])))
        if n > m:
            pieces.append(Piece("new", " ".join(after[m:n])))
    return pieces


def _words(text: str) -> list[str]:
    return re.findall(r"\S+", text)
