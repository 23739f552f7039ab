"""The parts of a customer's state that are read again when they change in an open widget."""

from typing import Any

import msgspec

from pulse.auth.businesses import business_by_id
from pulse.auth.scope import Scope
from pulse.contexts import sharing, widget_settings
from pulse.contexts.described.home import describe_top
from pulse.contexts.sharing import Context
from pulse.contexts.state_reading import StateOptions
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.scoring.queries import picture


async def identity_update(scope: Scope, external_id: str, asked: StateOptions) -> dict[str, Any]:
    """The payload of `identity_update`: the identity with its reasons and possible steps."""
    business = await business_by_id(scope.business_id)
    async with tenant(scope) as unit:
        settings = widget_settings.read(business.settings)
        seen = await picture(unit, scope, external_id, asked.reader(business, settings.bond))
    identity = msgspec.structs.asdict(seen.identity)
    update = identity | {"because": seen.because, "strengthen": seen.strengthen}
    if asked.view:
        update["view"] = describe_top(seen, settings)
    return update


async def shared_contexts(scope: Scope, external_id: str) -> list[Context]:
    """The contexts the customer shares at present, newest first."""
    async with tenant(scope) as unit:
        customer = await repository.id_of(unit, external_id, scope)
        return await sharing.shared_now(unit, customer)
