"""Open an uploaded file with limits on memory, disk and time.

A file of one kilobyte can make decoders of packed and binary formats reserve any amount of memory;
JSON takes many times its size, and keeps every other request waiting while it is decoded.
So they run in a child process; their output is plain text, which is read here in blocks.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from pulse.errors import Invalid, Unavailable
from pulse.jobs.subprocess_runner import Limits, run_limited
from pulse.tabular import decoding, dialect
from pulse.tabular.mapping import ReadOptions
from pulse.tabular.readers import ConversionTooLarge, Source, open_source

LIMITS = Limits(memory=2 << 30, file=decoding.MOST_BYTES, seconds=300.0)
AT_ONCE = 2
MOST_CONVERTED_HERE = 16 << 10
"""Bytes of JSON that are converted without a child process, whose start takes longer. Keys that
repeat a long key, or differ in each record, make a table of up to the square of the size."""
OVER_THE_LIMITS = (
    "This file needs more memory or time than Pulse gives to one file. A workbook often does when "
    "a cell far below or right of the list is filled or formatted: delete the empty rows and "
    "columns around the list, or save it as CSV."
)


class _Opened(msgspec.Struct):
    """The result of opening a file, cached beside it while the file is unchanged."""

    changed: int
    size: int
    source: Source
    options: ReadOptions = ReadOptions()


async def open_limited(path: Path, options: ReadOptions | None = None) -> Source:
    """`open_source` for untrusted files.

    The prepared copy is stored beside the file, under its name and a suffix. Raises Invalid, with a
    message for a CSM, when the file is no table.
    """
    options = options or ReadOptions()
    return await asyncio.to_thread(_cached, path, options) or await _open(path, options)


async def _open(path: Path, options: ReadOptions) -> Source:
    if await asyncio.to_thread(_is_text, path):
        with suppress(ConversionTooLarge):
            return await asyncio.to_thread(
                open_source, path, options, most_converted=MOST_CONVERTED_HERE
            )
    try:
        async with _free_slot():
            source = await run_limited(open_source, path, options, limits=LIMITS)
    except Unavailable as ended:
        _remove_prepared(path)
        raise Invalid(OVER_THE_LIMITS, code="FILE_TOO_LARGE") from ended
    except BaseException:
        _remove_prepared(path)
        raise
    await asyncio.to_thread(_cache, path, source, options)
    return source


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return dialect.kind_of(file.read(dialect.HEAD_BYTES)) == "text"


def _cached(path: Path, options: ReadOptions) -> Source | None:
    try:
        known = msgspec.json.decode(_cache_path(path).read_bytes(), type=_Opened, dec_hook=_as_path)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    now = path.stat()
    same = (known.changed, known.size, known.options) == (
        now.st_mtime_ns, now.st_size, options
    )  # fmt: skip
    return known.source if same and known.source.path.exists() else None


def _cache(path: Path, source: Source, options: ReadOptions) -> None:
    """Cache the source and delete intermediate files."""
    for file in _prepared(path):
        if file != source.path:
            file.unlink(missing_ok=True)
    now = path.stat()
    note = _Opened(now.st_mtime_ns, now.st_size, source, options)
    _cache_path(path).write_bytes(msgspec.json.encode(note, enc_hook=str))


def _remove_prepared(path: Path) -> None:
    for file in _prepared(path):
        file.unlink(missing_ok=True)


def _prepared(path: Path) -> list[Path]:
    steps = (".csv", ".unpacked", ".prepared", ".opened", ".member")
    return [file for file in path.parent.glob(f"{path.name}.*") if file.suffix in steps]


def _cache_path(path: Path) -> Path:
    return path.with_name(path.name + ".opened")


def _as_path(_: type, text: Any) -> Path:
    return Path(text)


def _free_slot() -> asyncio.Semaphore:
    """One semaphore per event loop: AT_ONCE files are decoded at the same time, others wait."""
    loop = asyncio.get_running_loop()
    if _slots.get("loop") is not loop:
        _slots.update(loop=loop, semaphore=asyncio.Semaphore(AT_ONCE))
    slot: asyncio.Semaphore = _slots["semaphore"]
    return slot


_slots: dict[str, Any] = {}
