"""The segments and tags there are: what lists can be narrowed by, and bulk actions can set."""

import msgspec

from pulse.auth.scope import Scope
from pulse.customers.listing.search_sql import names_in_use
from pulse.db.transaction import tenant

MOST = 200
"""Names offered for choice; more than that nobody reads, and search finds the rest."""


class Groups(msgspec.Struct, frozen=True):
    """Names in use, sorted."""

    segments: list[str]
    tags: list[str]


async def groups(scope: Scope) -> Groups:
    """What is in use in this business. Walks an index for segments; tags of a sample of it."""
    async with tenant(scope) as unit:
        return Groups(*await names_in_use(unit, MOST))
