"""The rules hold in this repository, and the checks detect violations."""

from pathlib import Path

import pytest

from checks import bill_of_materials
from checks.limits import File, Tree, breaches
from checks.raw_sql import CALLS, FILES, find_excess
from checks.structure import find_structure_breaches
from checks.tenancy_bypass import find_bypasses

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent


def tree_of(path: str, text: str) -> Tree:
    return Tree(Path("/somewhere/else"), (File(path, text),))


def said(path: str, text: str) -> str:
    tree = tree_of(path, text)
    return "\n".join([*breaches(tree), *find_bypasses(tree)])


def test_this_repository_follows_the_rules():
    tree = Tree.tracked(ROOT)
    assert [*breaches(tree), *find_bypasses(tree), *find_excess(tree)] == []


LONG_BODY = '"""A module."""\n\n\ndef work():\n' + "    x = 1\n" * 41


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("pulse/a.py", '"""A."""\n' + "x = 1\n" * 300, "at most 300"),
        ("pulse/a.py", LONG_BODY, "work has 41 lines"),
        ("pulse/a.py", "x = 1\n", "without a docstring"),
        ("pulse/utils.py", '"""A."""\n', "named vaguely"),
        ("pulse/card_helpers/a.py", '"""A."""\n', "named vaguely"),
        ("ui/static/a.js", "1\n", "JavaScript outside"),
        ("docs/a.md", "see /somewhere/else/x\n", "a folder of this machine"),
        ("pulse/a.py", '"""A."""\n# TO' + "DO: later\n", "unfinished or skipped"),
        ("pulse/a.py", '"""A."""\nimport asyncpg\n', "imports asyncpg past tenant()"),
        ("ui/a.py", '"""A."""\nfrom pulse.db.engine import DB\n', "takes DB past tenant()"),
        ("requirements.txt", "--index" + "-url http://x\n", "names a package registry"),
    ],
)
def test_a_violation_is_detected(path: str, text: str, complaint: str):
    assert complaint in said(path, text)


def test_a_valid_module_passes():
    assert said("pulse/a.py", '"""A module."""\n\nX = 1\n') == ""


def test_the_widget_s_own_javascript_is_allowed():
    assert said("widget_bundle/src/a.js", "1\n") == ""


def structure_of(*paths_and_texts: tuple[str, str]) -> list[str]:
    files = tuple(File(path, text) for path, text in paths_and_texts)
    return list(find_structure_breaches(Tree(Path("/somewhere/else"), files)))


def test_this_repository_follows_the_structure():
    assert list(find_structure_breaches(Tree.tracked(ROOT))) == []


def test_a_package_of_seventeen_modules_is_too_large():
    modules = [(f"pulse/cards/m{number}.py", '"""A."""\n') for number in range(17)]
    assert structure_of(*modules) == ["pulse/cards: 17 modules, at most 16"]
    assert structure_of(*modules[:16]) == []


def test_an_import_cycle_is_named():
    found = structure_of(
        ("pulse/a.py", "from pulse import b\n"),
        ("pulse/b.py", "from pulse.a import x\n"),
    )
    assert found == ["import cycle: pulse.a → pulse.b → pulse.a"]


def test_a_retired_module_name_is_refused():
    assert structure_of(("pulse/cards/desk.py", "")) == ["pulse/cards/desk.py: a retired name"]


TABLE = '"""A."""\nfrom pulse.tables.customer import Customer\n'
SELECT = "Customer.select().where(Customer.business_id == scope.business_id)"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (f"async def f(scope):\n    return await {SELECT}\n", "runs outside tenant()"),
        ("async def f(unit):\n    return await Customer.select()\n", "filter by business_id"),
        (f"async def f(unit):\n    async with await {SELECT}.batch() as b: pass\n", "batch leaves"),
        ("async def f(unit):\n    await Customer.raw('SELECT 1')\n", "belongs into a migration"),
        (f"def f(unit):\n    return {SELECT}.run_sync()\n", "run_sync leaves"),
        (f"async def f(unit):\n    return await {SELECT}\n", ""),
        (f"async def f(scope):\n    async with tenant(scope):\n        await {SELECT}\n", ""),
    ],
)
def test_a_piccolo_query_stays_in_its_unit_of_work_and_business(body: str, complaint: str):
    found = said("pulse/a.py", TABLE + body)
    assert complaint in found
    assert bool(found) == bool(complaint)


def test_raw_sql_is_only_in_named_modules_with_a_reason():
    one = '"""A."""\nunit.fetch(x)\n'
    assert list(find_excess(tree_of("pulse/a.py", one))) == [
        "pulse/a.py: raw SQL outside *_sql.py: use Piccolo"
    ]
    assert list(find_excess(tree_of("pulse/db/prepared.py", one))) == []
    assert "use Piccolo" in next(find_excess(tree_of("pulse/db/a.py", one)))
    assert "no reason" in next(find_excess(tree_of("pulse/a_sql.py", one)))
    assert list(find_excess(tree_of("pulse/a_sql.py", one.replace("A.", "Raw SQL: a list.")))) == []


def test_raw_sql_is_counted():
    below = "unit.fetch(x)\n" * 6
    assert list(find_excess(tree_of("pulse/db/prepared.py", below))) == [
        "pulse/db/prepared.py: 6 raw SQL calls, at most 5"
    ]
    many = '"""Raw SQL: many."""\n' + "unit.fetch(x)\n" * (CALLS + 1)
    assert list(find_excess(tree_of("pulse/a_sql.py", many))) == [
        f"{CALLS + 1} raw SQL calls in 1 files, at most {CALLS} in {FILES}"
    ]


def test_an_import_cycle_of_the_widget_is_named():
    found = structure_of(
        ("widget_bundle/src/a.js", 'import { b } from "./view/b.js";\n'),
        ("widget_bundle/src/view/b.js", 'import {\n  a,\n} from "../a.js";\n'),
    )
    a, b = "widget_bundle/src/a.js", "widget_bundle/src/view/b.js"
    assert found == [f"import cycle: {a} → {b} → {a}"]


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-or-later", False),
        ("LicenseRef-Proprietary", False),
    ],
)
def test_copyleft_licences_are_violations(licence: str, allowed: bool):
    part = bill_of_materials.Component("somebody", "1.0", [licence])
    found = list(bill_of_materials.breaches([part], {"somebody": "1.0"}))
    assert (found == []) == allowed
    other = list(bill_of_materials.breaches([part], {"somebody": "1.1"}))
    assert "requirements.lock has 1.1" in other[0]
