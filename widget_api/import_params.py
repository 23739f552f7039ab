"""Settings for reading a file, as query parameters."""

from typing import Annotated, Literal

from litestar.params import QueryParameter

from pulse.imports.import_settings import ImportSettings


def _words(meaning: str) -> QueryParameter:
    """A name parameter without control characters."""
    return QueryParameter(pattern=r"^[^\x00-\x1f]*$", max_length=200, description=meaning)


def _described(meaning: str) -> QueryParameter:
    return QueryParameter(description=meaning)


async def import_settings(
    kind: Annotated[
        Literal["", "customers", "events"], _described("what the list holds; empty: detected")
    ] = "",
    sheet: Annotated[
        str, _words("the sheet of a workbook, or the file in a ZIP, by its name")
    ] = "",
    header_row: Annotated[
        int | None, QueryParameter(ge=0, description="line of the header, from 1; 0: no header")
    ] = None,
    encoding: Annotated[
        str,
        QueryParameter(
            pattern=r"^[A-Za-z0-9_.-]{0,40}$", description="utf-8, cp1252, shift_jis, gbk, …"
        ),
    ] = "",
    separator: Annotated[
        str,
        QueryParameter(
            pattern=r"^[\x09\x20-\x7e]?$",
            description="separator of a text file: one character",
        ),
    ] = "",
    decimal: Annotated[Literal["", ".", ","], _described("the decimal mark of numbers")] = "",
    date_order: Annotated[
        Literal["", "dmy", "mdy", "ymd"], _described("the order of day, month and year")
    ] = "",
    time_zone: Annotated[
        str, _words("the time zone of times without one, e.g. Europe/Berlin; empty: the business's")
    ] = "",
    blanks: Annotated[
        Literal["", "keep", "clear"],
        _described("whether an empty cell keeps or deletes the known value"),
    ] = "",
    leaving: Annotated[
        list[str] | None, _described("the values of the outcome column that mean “has left”")
    ] = None,
    source: Annotated[str, _words("the name under which the mapping of such lists is stored")] = "",
) -> ImportSettings:
    """Settings for reading a file; Pulse detects those that are empty."""
    return ImportSettings(
        kind=kind,
        sheet=sheet,
        header_row=header_row,
        encoding=encoding,
        separator=separator,
        decimal=decimal,
        date_order=date_order,
        time_zone=time_zone,
        blanks=blanks,
        leaving=tuple(leaving or ()),
        source=source,
    )
