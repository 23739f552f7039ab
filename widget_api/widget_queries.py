"""The parts of a customer's state that change while the widget is open, read when they do."""

from typing import Any

import msgspec

from pulse.auth.businesses import business_by_id
from pulse.auth.scope import Scope
from pulse.contexts import sharing
from pulse.contexts.sharing import Context
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.scoring.queries import Reader, picture


async def identity_update(
    scope: Scope, external_id: str, locale: str | None = None
) -> dict[str, Any]:
    """The payload of `identity_update`: the identity with its reasons and possible steps."""
    business = await business_by_id(scope.business_id)
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id, Reader(locale, business.locale))
    identity = msgspec.structs.asdict(seen.identity)
    return identity | {"because": seen.because, "strengthen": seen.strengthen}


async def shared_contexts(scope: Scope, external_id: str) -> list[Context]:
    """What the customer shares at present, newest first."""
    async with tenant(scope) as unit:
        customer = await repository.id_of(unit, external_id, scope)
        return await sharing.shared_now(unit, customer)
