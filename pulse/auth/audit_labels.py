"""Names for the subjects of audit log entries, instead of ids.

An entry stores only an id, so that erasing a customer leaves no name in the log. The names are
looked up here while the subjects exist.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from pulse.auth.scope import Scope
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit, tenant
from pulse.tables.card import ConversationCard
from pulse.tables.customer import Customer
from pulse.tables.imports import Import


class Named(msgspec.Struct, frozen=True):
    """An existing subject: its name, and the page that shows it."""

    kind: str
    id: UUID
    words: str
    external_id: str = ""
    """The customer's own id, for customers and cards."""


async def audit_labels(scope: Scope, subjects: Sequence[str]) -> dict[str, Named]:
    """The names of those subjects that still exist, by subject (`customer:…`, `card:…`)."""
    wanted: dict[str, list[UUID]] = {kind: [] for kind in NAMES}
    for subject in set(subjects):
        kind, _, text = subject.partition(":")
        if kind in wanted and (found := _id(text)):
            wanted[kind].append(found)
    async with tenant(scope) as unit:
        all_of_them = [
            one for kind, ids in wanted.items() for one in await _look_up_names(unit, kind, ids)
        ]
    return {f"{one.kind}:{one.id}": one for one in all_of_them}


async def _look_up_names(unit: Unit, kind: str, ids: list[UUID]) -> list[Named]:
    if not ids:
        return []
    rows = await NAMES[kind].rows(unit, business_id=unit.business_id, ids=ids)
    return [
        Named(kind, row["id"], row["name"] or row["external_id"], row["external_id"])
        for row in rows
    ]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_CUSTOMER_OF_CARD: Any = ConversationCard.customer_id  # this query joins customers
NAMES = {
    "customer": prepared(
        Customer.select(Customer.id, Customer.name, Customer.external_id).where(
            Customer.business_id == Param("business_id"), any_of(Customer.id, Param("ids"))
        )
    ),
    "card": prepared(
        ConversationCard.select(
            ConversationCard.id,
            _CUSTOMER_OF_CARD.name.as_alias("name"),
            _CUSTOMER_OF_CARD.external_id.as_alias("external_id"),
        ).where(
            ConversationCard.business_id == Param("business_id"),
            any_of(ConversationCard.id, Param("ids")),
        )
    ),
    "import": prepared(
        Import.select(
            Import.id, Import.file_name.as_alias("name"), QueryString("''", alias="external_id")
        ).where(Import.business_id == Param("business_id"), any_of(Import.id, Param("ids")))
    ),
}
