"""What a person can set for a file before it is imported."""

from typing import Literal

import msgspec

from pulse.tabular.mapping import ReadOptions


class ImportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings for an import; empty fields are detected.

    The same on the page, on the command line and in the API.
    """

    kind: Literal["", "customers", "events"] = ""
    sheet: str = ""
    """The sheet of a workbook, or the file in a ZIP."""
    header_row: int | None = None
    """The line number of the header, from 1; 0: there is none."""
    encoding: str = ""
    separator: str = ""
    decimal: Literal["", ".", ","] = ""
    date_order: Literal["", "dmy", "mdy", "ymd"] = ""
    time_zone: str = ""
    """The time zone of times without one, e.g. Europe/Berlin; empty: the business's."""
    blanks: Literal["", "keep", "clear"] = ""
    """Whether an empty cell keeps the known value (keep) or deletes it (clear)."""
    leaving: tuple[str, ...] = ()
    """The values of the outcome column that mean the customer has left."""
    source: str = ""
    """The name of this kind of list, under which its mapping is stored."""

    @property
    def reading(self) -> ReadOptions:
        """How to open the file."""
        return ReadOptions(self.sheet, self.header_row, self.encoding, self.separator)
