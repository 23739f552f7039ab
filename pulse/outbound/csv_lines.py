"""CSV files that leave Pulse: no cell runs as a formula, whichever separator a spreadsheet uses.

A spreadsheet of a country with decimal commas opens CSV files with `;` as separator: then the part
of a cell after a `;` becomes a cell of its own. So a mark, an apostrophe, stands before every
formula in a cell. The import removes it.
"""

import csv
import io
import re
from collections.abc import Sequence

MARKED = "([;\\t\\r\\n][ \\xa0\"]*)'([-+=@])"
"""A mark inside a cell, as an expression that Python and polars understand."""
_MARKED = re.compile(MARKED)
_MARKED_FIRST = re.compile(r"^'(?=[-+=@\t\r])")
_FORMULA = re.compile(
    r'([;\t\r\n][ \xa0"]*)'  # where another separator, or a line end, begins a cell
    r"(?=[-+=@])"
    r"(?![-+][0-9][0-9.,]* *(?:[;\t\r\n]|$))"  # a number
)


def csv_line(cells: Sequence[str], *, quote_all: bool = False) -> str:
    """One CSV line that is safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(
        text, lineterminator="\r\n", quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    )
    writer.writerow([escape_formula(cell) for cell in cells])
    return text.getvalue()


def escape_formula(cell: str) -> str:
    """Mark what a spreadsheet would run as a formula (= + - @, control characters).

    Plain numbers, including negative ones and phone numbers of digits, are unchanged.
    """
    if ";" in cell or "\n" in cell or "\t" in cell or "\r" in cell:  # few do: faster than the sub
        cell = _FORMULA.sub(r"\1'", cell)
    if not cell or cell[0] not in "=+-@\t\r":
        return cell
    is_number = cell[0] in "+-" and cell[1:].replace(".", "", 1).replace(",", "").isdigit()
    return cell if is_number else "'" + cell


def without_marks(cell: str) -> str:
    """The cell as it was before `escape_formula`."""
    return _MARKED_FIRST.sub("", _MARKED.sub(r"\1\2", cell))
