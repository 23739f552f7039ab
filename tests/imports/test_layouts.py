"""Layouts of other products and countries are read correctly without settings."""

from pathlib import Path

import pytest

from tests.imports.layouts import PRODUCTS
from tests.imports.layouts_of_countries import COUNTRIES
from tests.imports.reading import read_case

pytestmark = pytest.mark.slow

LAYOUTS = {**PRODUCTS, **COUNTRIES}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read_without_settings(name: str, tmp_path: Path) -> None:
    layout = LAYOUTS[name]
    path = tmp_path / "list"
    path.write_bytes(layout.text.encode(layout.encoding))
    found = read_case(path, tmp_path)
    mapping = found.seen.mapping
    assert mapping.kind == layout.kind
    roles = {column.column: column.role for column in mapping.columns}
    assert layout.roles.items() <= roles.items(), roles
    assert len(found.rejected) == layout.rejected, found.rejected
    got = {
        customer: {field: found.rows[customer].get(field) for field in fields}
        for customer, fields in layout.fields.items()
    }
    assert got == layout.fields
