"""Somebody leaves: nothing of theirs is left where nobody looks."""

import pytest

from pulse import by_hand, clock, handover, loop
from pulse.access.people import people
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.access.staff import add_staff
from pulse.cards import desk, life
from pulse.customers import care, directory
from pulse.customers.filters import CustomerFilter
from pulse.errors import Conflict
from tests.fixtures.orders import NOW


async def test_customers_and_cards_of_who_leaves_go_to_a_colleague(ordering_shop: Scope):
    scope = ordering_shop
    with clock.at(NOW):
        await loop.rescore(scope)
    gone = await add_staff(scope, "gone@shop.example", "Gil Gone", Role.csm, "pass-word-1")
    heir = await add_staff(scope, "heir@shop.example", "Hana Heir", Role.csm, "pass-word-1")
    await care.assign(scope, CustomerFilter(search="c1"), gone)
    await by_hand.make_cards(scope, CustomerFilter(search="c1"))
    (card, *_) = await desk.pile(scope, owner=str(gone))
    await life.assign(scope, card.id, gone)
    assert await handover.leave(scope, gone, heir) == 1
    assert await directory.count(scope, CustomerFilter(owner=str(heir))) == 1
    assert await desk.pile(scope, owner=str(gone)) == []
    assert card.id in {one.id for one in await desk.pile(scope, owner=str(heir))}
    assert "Gil Gone" not in {one.name for one in await people(scope)}


async def test_the_last_admin_does_not_leave_and_keeps_their_book(ordering_shop: Scope):
    scope = ordering_shop
    admin = scope.actor.id
    assert admin is not None
    await care.assign(scope, CustomerFilter(search="c1"), admin)
    with pytest.raises(Conflict):
        await handover.leave(scope, admin, None)
    assert await directory.count(scope, CustomerFilter(owner=str(admin))) == 1
