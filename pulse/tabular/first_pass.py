"""First pass over a file: count the rows, and find rows that are invalid or repeated.

It keeps 24 bytes a row instead of the rows: 24 MB for a million rows. The second pass
(`pulse.imports.batches`) reads the same file again and writes it in chunks.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from pulse.tabular.mapping import Mapping
from pulse.tabular.readers import Source
from pulse.tabular.validation import SHOWN_UNREAD, Rejected, Unread, read_parallel

# further ones are counted but not kept; a file with so many is mapped wrongly
MOST_KEPT_REJECTS = 50_000


class Survey(msgspec.Struct, frozen=True):
    """What a mapping reads from a file.

    left_out holds the line numbers of readable rows that the second pass skips: rows that repeat
    an earlier row exactly (`doubles`), and rows whose id an earlier row has with other values
    (those are rejected).
    """

    rows: int
    rejected: list[Rejected]
    rejected_rows: int
    doubles: int
    left_out: NDArray[np.int64]
    id_hashes: NDArray[np.uint64] = np.empty(0, np.uint64)
    """Hashes of the customers' ids in the readable rows."""
    unread: tuple[Unread, ...] = ()
    """Unreadable cells that are left empty, by column."""


class _Repeats(NamedTuple):
    doubles: NDArray[np.int64]
    clashes: NDArray[np.int64]
    first_lines: NDArray[np.int64]


def survey(
    source: Source, mapping: Mapping, progress: Callable[[int], None] | None = None
) -> Survey:
    """Read the whole file once. Blocking: run it in a thread."""
    ids, rows, lines = [], [], []
    rejected: list[Rejected] = []
    total = rejected_rows = 0
    id_column = mapping.column("id")
    unread: dict[str, Unread] = {}
    for checked in read_parallel(source, mapping):
        total += checked.valid.size + len(checked.rejected)
        rejected_rows += len(checked.rejected)
        rejected += checked.rejected[: MOST_KEPT_REJECTS - len(rejected)]
        _add_unread(unread, checked.unread)
        if id_column:
            ids.append(checked.valid.columns[id_column.column].hash(7).to_numpy())
        rows.append(checked.valid.row_hash)
        lines.append(checked.valid.lines)
        if progress:
            progress(total)
    if mapping.kind == "events" or not ids:
        return Survey(
            total,
            rejected,
            rejected_rows,
            0,
            np.empty(0, np.int64),
            unread=tuple(unread.values()),
        )
    all_ids = np.concatenate(ids)
    repeats = _repeats(all_ids, np.concatenate(rows), np.concatenate(lines))
    clashing = _conflicting_rows(source, mapping, repeats, MOST_KEPT_REJECTS - len(rejected))
    return Survey(
        total,
        sorted([*rejected, *clashing], key=lambda row: row.line),
        rejected_rows + len(repeats.clashes),
        len(repeats.doubles),
        np.sort(np.concatenate([repeats.doubles, repeats.clashes])),
        all_ids,
        tuple(unread.values()),
    )


def _add_unread(known: dict[str, Unread], more: tuple[Unread, ...]) -> None:
    for one in more:
        before = known.get(one.column)
        count = one.count + (before.count if before else 0)
        examples = ((before.examples if before else ()) + one.examples)[:SHOWN_UNREAD]
        known[one.column] = Unread(one.column, count, examples)


def _repeats(
    ids: NDArray[np.uint64], rows: NDArray[np.uint64], lines: NDArray[np.int64]
) -> _Repeats:
    """Later rows of ids that occur several times: exact repeats, and rows with other values."""
    order = np.argsort(ids, kind="stable")
    sorted_ids = ids[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = sorted_ids[1:] != sorted_ids[:-1]
    first = order[np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))]
    same = rows[order] == rows[first]
    doubles, clashes = ~fresh & same, ~fresh & ~same
    return _Repeats(lines[order[doubles]], lines[order[clashes]], lines[first[clashes]])


def _conflicting_rows(
    source: Source, mapping: Mapping, repeats: _Repeats, most: int
) -> list[Rejected]:
    """The rejected rows that repeat an id, with their cells; reads the file once more."""
    if not len(repeats.clashes):
        return []
    first_line = dict(zip(repeats.clashes.tolist(), repeats.first_lines.tolist(), strict=True))
    column = mapping.column("id")
    name = column.column if column else ""
    found: list[Rejected] = []
    for batch in source.batches():
        for row in np.flatnonzero(np.isin(batch.lines, repeats.clashes)):
            line = int(batch.lines[row])
            cells = [str(cell) for cell in batch.frame.row(int(row))]
            shown = batch.frame[name][int(row)].strip()[:60]
            reason = f"{name}: “{shown}” stands on line {first_line[line]:,} already, differently"
            found.append(Rejected(line, reason, cells))
            if len(found) >= most:
                return found
    return found
