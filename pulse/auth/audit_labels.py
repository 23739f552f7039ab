"""What entries of the audit log are about, as people know it: names instead of ids.

An entry keeps an id, so that what is erased leaves no name behind; here the names are looked up
while they are there.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant


class Named(msgspec.Struct, frozen=True):
    """A subject that is still there: what it is called, and whose page tells more."""

    kind: str
    id: UUID
    words: str
    external_id: str = ""
    """The customer's own id, for customers and cards."""


async def audit_labels(scope: Scope, subjects: Sequence[str]) -> dict[str, Named]:
    """The subjects among these that have a name now, by the subject (`customer:…`, `card:…`)."""
    wanted: dict[str, list[UUID]] = {kind: [] for kind in NAMES}
    for subject in set(subjects):
        kind, _, text = subject.partition(":")
        if kind in wanted and (found := _id(text)):
            wanted[kind].append(found)
    async with tenant(scope) as unit:
        all_of_them = [one for kind, ids in wanted.items() for one in await _named(unit, kind, ids)]
    return {f"{one.kind}:{one.id}": one for one in all_of_them}


async def _named(unit: Unit, kind: str, ids: list[UUID]) -> list[Named]:
    if not ids:
        return []
    rows = await unit.fetch(NAMES[kind], unit.business_id, ids)
    return [Named(kind, row["id"], row["words"], row["external_id"]) for row in rows]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_WHO = "coalesce(nullif(c.name, ''), c.external_id)"
NAMES = {
    "customer": f"SELECT c.id, {_WHO} AS words, c.external_id FROM customers c "
    "WHERE c.business_id = $1 AND c.id = ANY($2)",
    "card": f"SELECT k.id, {_WHO} AS words, c.external_id FROM conversation_cards k "
    "JOIN customers c ON c.business_id = k.business_id AND c.id = k.customer_id "
    "WHERE k.business_id = $1 AND k.id = ANY($2)",
    "import": "SELECT i.id, i.file_name AS words, '' AS external_id FROM imports i "
    "WHERE i.business_id = $1 AND i.id = ANY($2)",
}
