"""A customer whose strength fell, and her open card."""

from uuid import UUID

import pytest

from pulse.auth.scope import Scope
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import opened, picture, settings_of_cards


@pytest.fixture
async def rosa(shop: Scope, make_customer: MakeCustomer) -> UUID:
    await settings_of_cards(shop)
    return await make_customer(shop, "c1", identity_strength=55.0, recent_high=75.0)


@pytest.fixture
async def open_card(shop: Scope, rosa: UUID) -> UUID:
    (made,) = await opened(shop, picture(shop, rosa))
    return made.id
