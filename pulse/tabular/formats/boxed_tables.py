"""Tables drawn with bars and dashes, as SAP lists, database shells and Markdown print them."""

import csv
import re
from pathlib import Path

_RULE = re.compile(r"[-+|=:\s]*")
_DASHES = re.compile(r"[-=]{3}")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
FEWEST_ROWS = 2


def is_boxed(head: str) -> bool:
    """Whether a text has rows between bars and a line of dashes."""
    lines = head.splitlines()[:200]
    rows = sum(bool(_ROW.match(line)) and not _is_rule(line) for line in lines)
    rules = sum(map(_is_rule, lines))
    others = sum(bool(line.strip()) for line in lines) - rules - rows
    return rows >= FEWEST_ROWS and rules > 0 and rows > others


def _is_rule(line: str) -> bool:
    """Whether a line is drawn. Two expressions: one alone takes the square of the line's length."""
    return bool(_DASHES.search(line)) and bool(_RULE.fullmatch(line))


def to_csv(path: Path) -> Path:
    """Write the rows to a CSV file beside it, without bars, dashed lines and surrounding text.

    Line numbers are kept: a line that is left out becomes a blank line.
    """
    target = path.with_name(path.name + ".csv")
    header: list[str] = []
    with (
        path.open(encoding="utf-8-sig") as lines,
        target.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        for line in lines:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            is_row = bool(_ROW.match(line)) and not _is_rule(line) and cells != header
            header = header or (cells if is_row else [])
            if is_row:
                writer.writerow(cells)
            else:
                file.write("\n")
    return target
