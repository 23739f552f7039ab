"""When somebody leaves, their customers and cards are reassigned."""

import pytest

from pulse import clock, manual_cards, offboarding, workflows
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.staff import add_staff, people
from pulse.cards import lifecycle, queue_queries
from pulse.customers import repository, staff_actions
from pulse.customers.filters import CustomerFilter
from pulse.errors import Conflict
from tests.fixtures.orders import NOW


async def test_customers_and_cards_are_reassigned_to_a_colleague(ordering_shop: Scope):
    scope = ordering_shop
    with clock.at(NOW):
        await workflows.rescore(scope)
    gone = await add_staff(scope, "gone@shop.example", "Gil Gone", Role.csm, "some words apart")
    heir = await add_staff(scope, "heir@shop.example", "Hana Heir", Role.csm, "some words apart")
    await staff_actions.assign(scope, CustomerFilter(search="c1"), gone)
    await manual_cards.make_cards(scope, CustomerFilter(search="c1"))
    (card, *_) = await queue_queries.list_cards(scope, owner=str(gone))
    await lifecycle.assign(scope, card.id, gone)
    assert await offboarding.offboard(scope, gone, heir) == 1
    assert await repository.count(scope, CustomerFilter(owner=str(heir))) == 1
    assert await queue_queries.list_cards(scope, owner=str(gone)) == []
    assert card.id in {one.id for one in await queue_queries.list_cards(scope, owner=str(heir))}
    assert "Gil Gone" not in {one.name for one in await people(scope)}


async def test_the_last_admin_cannot_leave(ordering_shop: Scope):
    scope = ordering_shop
    admin = scope.actor.id
    assert admin is not None
    await staff_actions.assign(scope, CustomerFilter(search="c1"), admin)
    with pytest.raises(Conflict):
        await offboarding.offboard(scope, admin, None)
    assert await repository.count(scope, CustomerFilter(owner=str(admin))) == 1
