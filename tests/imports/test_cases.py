"""Every case file is read as `expected.py` says: rows, customers, fields, warnings."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pulse.errors import Invalid
from tests.imports import expected
from tests.imports.reading import CASES, Outcome, read_case

pytestmark = pytest.mark.slow

Read = Callable[[str], Outcome]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Read a case once for all its tests."""

    @cache
    def once(name: str) -> Outcome:
        return read_case(name, tmp_path_factory.mktemp("case"))

    return once


def test_no_case_file_is_without_an_expectation() -> None:
    told = {name for name, *_ in (*expected.FIELDS, *expected.ROLES)}
    told |= {*expected.COUNTS, *expected.CAUTIONS, *expected.KINDS, *expected.REFUSED}
    told |= {"rem_const2.csv", "two_header_rows.csv", "xlsx_formula_uncached.xlsx"}
    assert {path.name for path in CASES.iterdir()} == told


@pytest.mark.parametrize("name", expected.COUNTS)
def test_rows_customers_and_rejected_rows(read: Read, name: str) -> None:
    found = read(name)
    counts = (found.total, len(found.rows), len(found.rejected))
    assert counts == expected.COUNTS[name], found.rejected


@pytest.mark.parametrize(("name", "customer", "field", "value"), expected.FIELDS)
def test_a_field(read: Read, name: str, customer: str, field: str, value: Any) -> None:
    assert read(name).rows[customer].get(field) == value


@pytest.mark.parametrize("name", expected.CAUTIONS)
def test_the_warnings(read: Read, name: str) -> None:
    assert expected.CAUTIONS[name] <= read(name).cautions


@pytest.mark.parametrize(("name", "column", "role"), expected.ROLES)
def test_a_columns_role(read: Read, name: str, column: str, role: str) -> None:
    assert read(name).role(column) == role


@pytest.mark.parametrize("name", expected.KINDS)
def test_the_kind_of_list(read: Read, name: str) -> None:
    assert read(name).seen.mapping.kind == expected.KINDS[name]


@pytest.mark.parametrize("name", expected.REFUSED)
def test_a_file_without_a_table_is_refused_with_its_type(name: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=expected.REFUSED[name]):
        read_case(name, tmp_path)
