"""Convert an uploaded text file to UTF-8 with plain line feeds and no zero bytes; check its quotes.

A file that already has this form is read where it is. Any other file is copied once, in blocks, to
a file beside it, so memory use does not grow with the file.
"""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.tabular import dialect
from pulse.tabular.formats import encodings

BLOCK = 4 << 20
MOST_BYTES = 4 << 30  # bytes after unpacking; a million rows of 200 columns are smaller
MOST_RATIO = 100  # customer lists compress 3 to 30 times; a ratio of 1,000 is a decompression bomb
SUSPECT_BYTES = 128 << 20  # bytes after unpacking up to which the ratio is not checked
LONGEST_LINE = 16 << 20  # bytes without a line end; no real table row is that long


class DecodedFile(msgspec.Struct, frozen=True):
    """A decoded text file on disk, and its first bytes."""

    path: Path
    head: str
    has_quotes: bool
    encoding: str = "utf-8"
    bad_bytes: int = 0
    """The number of bytes invalid in the encoding, replaced by U+FFFD."""
    ends_in_line: bool = True
    """Whether the last line has a line end."""


class _Findings(msgspec.Struct):
    """What one pass over the bytes of a file showed."""

    is_utf8: bool = True
    zeros: int = 0
    lone_returns: int = 0
    quotes: int = 0


def unpack(path: Path) -> Path:
    """Unpack a gzip file into a file beside it.

    Raises Invalid above MOST_BYTES or MOST_RATIO times its size, or when it is damaged.
    """
    target = path.with_name(path.name + ".unpacked")
    written, most = 0, max(SUSPECT_BYTES, MOST_RATIO * path.stat().st_size)
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as plain:
            while block := packed.read(BLOCK):
                written += len(block)
                if written > MOST_BYTES:
                    raise Invalid("The unpacked file is larger than 4 GB.", code="FILE_TOO_LARGE")
                if written > most:
                    raise Invalid(
                        f"The file unpacks to more than {MOST_RATIO} times its size: "
                        "send it unpacked.",
                        code="FILE_TOO_LARGE",
                    )
                plain.write(block)
    except (OSError, EOFError, zlib.error) as broken:
        raise Invalid(
            "The gzip file is damaged or cut short: pack it again.", code="FILE_DAMAGED"
        ) from broken
    return target


def to_utf8(path: Path, wanted: str = "") -> DecodedFile:
    """The file as UTF-8 with plain line feeds; the file itself when it already has this form.

    wanted: the encoding to read it in; empty: detected from its bytes.
    """
    with path.open("rb") as file:
        first = file.read(dialect.HEAD_BYTES)
    encoding = encodings.checked(wanted) or dialect.encoding_of(first)
    found = _scan(path) if encoding.startswith("utf-8") else _Findings()
    if not found.is_utf8 and not wanted:
        encoding = encodings.guess(path)
    wide = not encoding.startswith("utf-8") or not found.is_utf8
    bad, ends = 0, _ends_in_line(path)
    if wide or found.zeros or found.lone_returns:
        path, bad = _copy_as_utf8(path, encoding)
        found = _scan(path)
    with path.open(encoding="utf-8-sig", newline="") as text:
        head = text.read(dialect.HEAD_BYTES)
    return DecodedFile(path, head, found.quotes > 0, encoding.removesuffix("-sig"), bad, ends)


def _ends_in_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4))
        return any(mark in file.read() for mark in (b"\n", b"\r"))


def quotes_are_regular(prepared: DecodedFile, separator: str) -> bool:
    """Whether every quotation mark opens or closes a cell, or is doubled inside one.

    In such a file the marks alternate between opening and closing. An opening mark follows a
    separator, a line end or a closing mark (a doubled mark); a closing mark precedes one of these.
    """
    if not prepared.has_quotes:
        return True
    data = np.memmap(prepared.path, dtype=np.uint8, mode="r")
    edges = np.zeros(256, bool)
    edges[[ord(separator), 10, 13, 34]] = True
    first = 3 if bytes(data[:3]) == codecs.BOM_UTF8 else 0
    parity, size = 0, len(data)
    for start in range(0, size, BLOCK):
        marks = np.flatnonzero(data[start : start + BLOCK] == 34) + start
        opening, closing = marks[parity::2], marks[1 - parity :: 2]
        before_ok = edges[data[np.maximum(opening - 1, 0)]] | (opening == first)
        after_ok = edges[data[np.minimum(closing + 1, size - 1)]] | (closing == size - 1)
        if not (before_ok.all() and after_ok.all()):
            return False
        parity = (parity + len(marks)) % 2
    return parity == 0


def _scan(path: Path) -> _Findings:
    found = _Findings()
    decoder = codecs.getincrementaldecoder("utf-8")()
    last, since_line_end = b"", 0
    for block in _blocks(path):
        since_line_end = _check_line_length(block, since_line_end)
        found.zeros += block.count(b"\0")
        found.quotes += block.count(b'"')
        returns = block.count(b"\r")
        if returns or last == b"\r":
            pairs = block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            found.lone_returns += returns + (last == b"\r") - pairs - (block[-1:] == b"\r")
        last = block[-1:]
        if found.is_utf8 and not (block.isascii() and not decoder.getstate()[0]):
            found.is_utf8 = _decodes(decoder, block)
    found.is_utf8 = found.is_utf8 and not decoder.getstate()[0]
    found.lone_returns += last == b"\r"
    return found


def _check_line_length(block: bytes, since_line_end: int) -> int:
    """The number of bytes since the last line end.

    Raises Invalid when a line is longer than any row of a real table.
    """
    at = max(block.rfind(b"\n"), block.rfind(b"\r"))
    length = since_line_end + len(block) if at < 0 else len(block) - at - 1
    if length > LONGEST_LINE:
        raise Invalid("A line of this file is longer than 16 MB.", code="FILE_NOT_A_TABLE")
    return length


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _copy_as_utf8(path: Path, encoding: str) -> tuple[Path, int]:
    """Copy the file as UTF-8; bytes that are invalid in the encoding become U+FFFD.

    Returns the copy and the number of replaced bytes.
    """
    target = path.with_name(path.name + ".prepared")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    held, bad = "", 0
    with target.open("w", encoding="utf-8", newline="") as plain:
        for block in _blocks(path):
            text = held + decoder.decode(block)
            held = "\r" if text.endswith("\r") else ""
            bad += text.count("\ufffd")
            plain.write(_plain(text[: len(text) - len(held)], encoding))
        plain.write(_plain(held + decoder.decode(b"", final=True), encoding))
    return target, bad


def _plain(text: str, encoding: str) -> str:
    if encoding in _WITH_YEN and "\\" in text:
        text = _YEN.sub("¥", text)
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


_WITH_YEN = ("cp932", "shift_jis", "euc_jp", "shift_jis_2004", "shift_jisx0213")
_YEN = re.compile(r"(?:(?<=[\s,;\t\"(-])|^)\\(?=-?\d)", re.MULTILINE)
"""In Japanese encodings the backslash byte is the yen sign."""


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
