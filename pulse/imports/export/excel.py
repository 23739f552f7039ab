"""The list of customers as an Excel workbook, written row by row to a temporary file."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import xlsxwriter

from pulse.auth.businesses import business_by_id
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.imports.export.rows import (
    ROUNDED,
    ListOrder,
    begin,
    columns_for,
    ids_of,
    in_steps,
    text_of,
)

MOST_CUSTOMERS = 1_048_575
"""Excel's 1,048,576 rows, less the header."""
LONGEST_CELL = 32_767  # characters, Excel's limit
STEP = 2_000  # rows read at a time
PIECE = 256 * 1024  # bytes sent at a time
LONGEST_NUMBER = 10
"""Digits from which a whole number in an attribute is written as text, as an id or phone number."""
FIRST_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900, so earlier days are written as text
_FORMATS = {"day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "share": "0%", "money": "#,##0.00"}
_NUMBERS = {
    "coverage": "share",
    **dict.fromkeys(("value", "yearly_value", "value_at_risk"), "money"),
}
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class Labels(msgspec.Struct, frozen=True):
    """Texts of the workbook in the reader's language.

    headings: column → its heading; a column without one uses its name. words: (column, value) → how
    the screen shows the value.
    """

    headings: Mapping[str, str]
    words: Callable[[str, str], str]


async def check_excel_size(scope: Scope, chosen: CustomerFilter) -> None:
    """Raise Invalid when the filter matches more customers than an Excel sheet has rows."""
    _check_count(await repository.count_exactly(scope, chosen))


async def list_as_excel(
    scope: Scope, chosen: CustomerFilter, order: ListOrder, labels: Labels
) -> AsyncIterator[bytes]:
    """The list as a workbook, in the order of the list; texts are never run as formulas.

    The workbook is complete before the first bytes are returned. Times are in the time zone of the
    business. Raises Invalid when there are more customers than a sheet has rows.
    """
    scope.require(Permission.export_data)
    ids = await ids_of(scope, chosen, order)
    _check_count(len(ids))
    keys, columns = await begin(scope, chosen), await columns_for(scope)
    zone = ZoneInfo((await business_by_id(scope.business_id)).time_zone)
    with TemporaryDirectory(prefix="pulse-export-") as folder:
        path = Path(folder) / "customers.xlsx"
        sheet = _Sheet(path, (columns, keys), labels, zone)
        try:
            async for rows in in_steps(scope, ids, STEP):
                await asyncio.to_thread(sheet.add, rows)
        finally:
            await asyncio.to_thread(sheet.close)
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece


def _check_count(customers: int) -> None:
    if customers > MOST_CUSTOMERS:
        raise Invalid(
            Sentence(
                "An Excel sheet holds at most {most} customers, and this list has "
                "{customers}. Narrow the list, or export it as CSV.",
                most=MOST_CUSTOMERS,
                customers=customers,
            ),
            code="TOO_MANY_FOR_EXCEL",
        )


class _Sheet:
    """A sheet with a header; each row is released from memory when the next one begins."""

    def __init__(
        self,
        path: Path,
        columns: tuple[Sequence[str], Sequence[str]],
        labels: Labels,
        zone: ZoneInfo,
    ) -> None:
        """`columns` are those of the list and the keys of the attributes."""
        self._book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": str(path.parent)})
        self._sheet = self._book.add_worksheet("Customers")
        self._formats = {
            name: self._book.add_format({"num_format": pattern})
            for name, pattern in _FORMATS.items()
        }
        self._columns, self._keys = columns
        self._labels, self._zone, self._row = labels, zone, 0
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_column(0, len(self._columns) + len(self._keys) - 1, 16)
        bold = self._book.add_format({"bold": True})
        headings = [labels.headings.get(column, column) for column in self._columns]
        for place, heading in enumerate([*headings, *self._keys]):
            self._sheet.write_string(0, place, _shorten(heading), bold)

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append these rows."""
        for row in rows:
            self._row += 1
            for place, name in enumerate(self._columns):
                self._write(place, name, row[name])
            for place, key in enumerate(self._keys, start=len(self._columns)):
                self._write_attribute(place, row["attributes"].get(key))

    def close(self) -> None:
        """Finish the workbook file."""
        self._book.close()

    def _write(self, place: int, name: str, value: Any) -> None:
        if isinstance(value, datetime):
            self._write_moment(place, value)
        elif isinstance(value, date):
            self._write_day(place, value)
        elif isinstance(value, float):
            number = round(value, 2) if name in ROUNDED else value
            self._write_number(place, number, _NUMBERS.get(name))
        elif isinstance(value, str):
            self._write_text(place, self._labels.words(name, value))
        else:
            self._write_text(place, text_of(value))

    def _write_attribute(self, place: int, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._write_text(place, text_of(value))
        elif isinstance(value, int) and abs(value) >= 10 ** (LONGEST_NUMBER - 1):
            self._write_text(place, str(value))
        else:
            self._write_number(place, value, None)

    def _write_moment(self, place: int, moment: datetime) -> None:
        there = moment.astimezone(self._zone).replace(tzinfo=None)
        if there.date() < FIRST_DAY:
            self._write_text(place, there.isoformat(" ", "minutes"))
        else:
            self._sheet.write_datetime(self._row, place, there, self._formats["moment"])

    def _write_day(self, place: int, day: date) -> None:
        if day < FIRST_DAY:
            self._write_text(place, day.isoformat())
        else:
            self._sheet.write_datetime(self._row, place, day, self._formats["day"])

    def _write_number(self, place: int, number: float, pattern: str | None) -> None:
        if math.isfinite(number):
            self._sheet.write_number(self._row, place, number, self._formats.get(pattern or ""))

    def _write_text(self, place: int, text: str | None) -> None:
        if text:
            self._sheet.write_string(self._row, place, _shorten(text))


def _shorten(text: str) -> str:
    """The text, shortened with an ellipsis when it is too long for a cell."""
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
