"""The segments and tags in use, for filters and bulk actions."""

import msgspec

from pulse.auth.scope import Scope
from pulse.customers.listing.search_sql import names_in_use
from pulse.db.transaction import tenant

MOST = 200
"""The maximum number of names offered; search finds the others."""


class Groups(msgspec.Struct, frozen=True):
    """Names in use, sorted."""

    segments: list[str]
    tags: list[str]


async def groups(scope: Scope) -> Groups:
    """The segments and tags of this business; tags are taken from a sample of customers."""
    async with tenant(scope) as unit:
        return Groups(*await names_in_use(unit, MOST))
