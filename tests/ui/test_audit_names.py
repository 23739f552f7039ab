"""The audit log's objects have names while they exist, and ids afterwards."""

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pulse
from pulse.auth.audit_labels import audit_labels
from pulse.auth.scope import Scope
from pulse.customers import privacy
from pulse.db.transaction import tenant
from pulse.testing.database import MakeCustomer
from ui.pages.audit.page import _difference
from ui.pages.audit.words import ACTIONS

LONDON = ZoneInfo("Europe/London")


async def test_subjects_have_names_until_their_customer_is_erased(
    shop: Scope, other_shop: Scope, make_customer: MakeCustomer
) -> None:
    ann = await make_customer(shop, "17", name="Ann")
    nameless = await make_customer(shop, "18", name="")
    async with tenant(shop) as unit:
        card = await unit.fetchval(
            "INSERT INTO conversation_cards (business_id, customer_id, cause, "
            "ai_generated_opener, writer) VALUES ($1, $2, 'erosion', 'Hello', 'template') "
            "RETURNING id",
            unit.business_id,
            ann,
        )
    asked = [f"customer:{ann}", f"customer:{nameless}", f"card:{card}", "customer:x", "till", ""]
    asked.append(f"import:{uuid4()}")
    found = await audit_labels(shop, asked)
    assert {subject: one.words for subject, one in found.items()} == {
        f"customer:{ann}": "Ann",
        f"customer:{nameless}": "18",
        f"card:{card}": "Ann",
    }
    assert await audit_labels(other_shop, asked) == {}
    await privacy.erase(shop, "17", reason="asked for")
    assert f"customer:{ann}" not in await audit_labels(shop, asked)


def test_changes_are_described_in_words() -> None:
    before, after = {"until": None, "n": 1}, {"until": "2026-07-01T09:00:00Z", "n": 1}
    assert _difference(before, after, LONDON) == "until: – → 1 Jul 2026, 10:00"
    assert _difference(None, {"scopes": ["read", "write"]}, LONDON) == "→ scopes read, write"
    assert _difference("csm", "admin", LONDON) == "csm → admin"


def test_every_action_that_the_sources_record_has_words() -> None:
    """Found in the sources: a literal action of `record`, or the name of a step of a card."""
    written = set()
    for path in Path(pulse.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > 2:
                written |= set(_actions(node))
    assert len(written) > 50
    assert written - set(ACTIONS) == set()


def _actions(node: ast.Call) -> Iterator[str]:
    called, action = getattr(node.func, "attr", getattr(node.func, "id", "")), node.args[2]
    if isinstance(action, ast.Constant) and isinstance(action.value, str):
        if called == "record" and "." in action.value:
            yield action.value
        elif called == "step":
            yield f"card.{action.value}"
