"""Text is parsed as numbers, dates, yes and no."""

import polars as pl
import pytest

from pulse.tabular import parsing
from pulse.tabular.header_names import key_of, zone_of
from pulse.tabular.profiling import profile


def column(*texts: str) -> pl.Series:
    return parsing.stripped(pl.Series("x", list(texts), pl.String))


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1", ".", 1.0),
        (" 2.50 ", ".", 2.5),
        ("1,234.5", ".", 1234.5),
        ("$ 12", ".", 12.0),
        ("EUR 7", ".", 7.0),
        ("(5.5)", ".", -5.5),
        ("5-", ".", -5.0),
        ("−3", ".", -3.0),
        ("3 %", ".", 3.0),
        ("1e5", ".", 100_000.0),
        ("12,5", ".", None),
        ("12,5", ",", 12.5),
        ("1.234,5", ",", 1234.5),
        ("1.234", ",", 1234.0),
        ("1.5", ",", None),
        ("1'234", ".", 1234.0),
        ("inf", ".", None),
        ("1e999", ".", None),
        ("twelve", ".", None),
    ],
)
def test_numbers(text: str, decimal: str, number: float | None) -> None:
    assert parsing.numbers(column(text), decimal).to_list() == [number]


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2024-01-05", "iso", "2024-01-05 00:00:00"),
        ("2024-01-05T10:11:12Z", "iso", "2024-01-05 10:11:12"),
        ("2024-01-05 10:11:12+02:00", "iso", "2024-01-05 08:11:12"),
        ("2024-01-05T10:11:12.345-0130", "iso", "2024-01-05 11:41:12"),
        ("31/12/2023", "dmy", "2023-12-31 00:00:00"),
        ("31.12.23", "dmy", "2023-12-31 00:00:00"),
        ("12/31/1999 3:05 PM", "mdy", "1999-12-31 15:05:00"),
        ("12/31/1999 12:05 am", "mdy", "1999-12-31 00:05:00"),
        ("20240105", "ymd", "2024-01-05 00:00:00"),
        ("2024/3/4", "dmy", "2024-03-04 00:00:00"),
        ("5 Jan 2024", "dmy", "2024-01-05 00:00:00"),
        ("January 5, 2024", "mdy", "2024-01-05 00:00:00"),
        ("45296", "serial", "2024-01-05 00:00:00"),
        ("1704412800", "unix", "2024-01-05 00:00:00"),
        ("1704412800000", "unix", "2024-01-05 00:00:00"),
        ("31/02/2024", "dmy", None),
        ("13/13/2024", "mdy", None),
        ("0001-01-01", "iso", None),
        ("soon", "dmy", None),
    ],
)
def test_dates(text: str, order: str, moment: str | None) -> None:
    read = parsing.dates(column(text), order)
    assert read.dt.strftime("%Y-%m-%d %H:%M:%S").to_list() == [moment]


def test_flags_and_blanks() -> None:
    read = parsing.flags(column("Yes", "no", "1.0", "0", "ja", "maybe", " ", "N/A"))
    assert read.to_list() == [True, False, True, False, True, None, None, None]


def test_the_word_none_is_a_name_but_no_number() -> None:
    text = column("None", "A")
    assert text.to_list() == ["None", "A"]
    assert parsing.no_numbers(text).to_list() == [None, "A"]


@pytest.mark.parametrize(
    ("name", "cells", "found"),
    [
        ("E-mail", ["a@b.example", "c@d.example", "not one", "e@f.example"], (True, "text")),
        ("Contact", ["a@b.example", "c@d.example", "not one", "e@f.example"], (False, "text")),
        ("Yearly spend", ["12", "abc", "100", "7"], (False, "number")),
        ("Code", ["12", "abc", "100", "7"], (False, "text")),
    ],
)
def test_one_bad_cell_of_a_short_list_does_not_hide_the_type(name, cells, found):
    seen = profile(name, pl.Series(cells))
    assert (seen.is_email, seen.type) == found


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("MonthlyCharges", "monthly_charges"),
        ("Дата последнего заказа", "data_poslednego_zakaza"),
        ("客户编号", "ke_hu_bian_hao"),
        ("Größe", "grosse"),
    ],
)
def test_a_key_is_in_latin_letters_whatever_the_header(header: str, key: str) -> None:
    assert key_of(header) == key


@pytest.mark.parametrize(
    ("headers", "zone"),
    [
        (("User ID", "Started at (America/New_York)"), "America/New_York"),
        (("id", "Created (UTC)"), "UTC"),
        (("id", "Input/Output", "Seen (Europe/Paris)", "Left (Asia/Tokyo)"), ""),
    ],
)
def test_a_header_can_name_the_time_zone(headers: tuple[str, ...], zone: str) -> None:
    assert zone_of(headers) == zone
