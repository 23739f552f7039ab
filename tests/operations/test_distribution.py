"""docs/scale.md contains the statements that distribute the tables over servers."""

import re
from pathlib import Path

from pulse.operations.distribution import statements

SCALE = Path(__file__).parents[2] / "docs" / "scale.md"


def test_the_document_has_the_statements_of_todays_tables():
    kept = re.search(r"```sql\n(.*?)```", SCALE.read_text(), re.DOTALL)
    assert kept
    assert kept[1].splitlines() == statements()


def test_every_table_follows_those_it_references():
    order = [re.search(r"\('(\w+)'", one) for one in statements()]
    names = [found[1] for found in order if found]
    assert names[:2] == ["businesses", "directory_entries"]
    assert names.index("staff") < names.index("customers") < names.index("events")
    assert names.index("imports") < names.index("import_chunks")
