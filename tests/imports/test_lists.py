"""Lists of products and countries are read correctly without settings (`lists`)."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pulse import clock
from pulse.tabular import outcome_column
from tests.imports.reading import Outcome, read_case

pytestmark = pytest.mark.slow

LISTS = Path(__file__).parent / "lists"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((LISTS / "expected.toml").read_text("utf-8"))


@pytest.fixture(autouse=True)
def _as_written() -> Iterator[None]:
    """Read the lists on a day on which their future dates are in the future."""
    with clock.at(datetime(2026, 11, 29, tzinfo=UTC)):
        yield


def test_every_list_has_an_expectation() -> None:
    assert {path.name for path in LISTS.iterdir()} == {*EXPECTED, "expected.toml"}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_list_is_read_without_settings(name: str, tmp_path: Path) -> None:
    right = EXPECTED[name]
    found = read_case(LISTS / name, tmp_path)
    roles = {column.column: column.role for column in found.seen.mapping.columns}
    assert found.seen.mapping.kind == right.get("kind", "customers"), roles
    assert right.get("roles", {}).items() <= roles.items(), roles
    if "rejected" in right:
        assert len(found.rejected) == right["rejected"], found.rejected
    if "customers" in right:
        assert len(found.rows) == right["customers"], sorted(found.rows)
    if "events" in right:
        assert len({event["message_id"] for event in found.events}) == right["events"]
    assert set(right.get("cautions", ())) <= found.cautions
    assert right.get("unread", {}).items() <= found.unread.items()
    for customer, fields in right.get("fields", {}).items():
        got = {key: found.rows[customer].get(key) for key in fields}
        assert got == {key: None if v == "none" else v for key, v in fields.items()}
    for customer, number in right.get("numbers", {}).items():
        assert number in found.rows[customer].values()
    if "left" in right:
        gone = who_left(found)
        assert set(right["left"]) == {customer for customer, left in gone.items() if left}
        assert set(right.get("stayed", ())) <= {c for c, left in gone.items() if not left}


def who_left(found: Outcome) -> dict[str, bool]:
    """Return whether each customer has left, by the list's label."""
    label = outcome_column.label_of(found.seen.mapping)
    assert label is not None, "no column says who left"
    outcome = outcome_column.stayed(found.texts[label.column], label)
    return dict(zip(found.rows, np.equal(outcome, 0.0).tolist(), strict=True))
