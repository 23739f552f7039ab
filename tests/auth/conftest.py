"""The shop's admin, who signs in with a password."""

import pytest

from pulse.auth.scope import Scope
from pulse.auth.sign_in.password_changes import set_password

EMAIL, PASSWORD = "admin@shop.example", "a long enough password"


@pytest.fixture
async def ada(shop: Scope) -> Scope:
    """The shop's admin, with a password."""
    assert shop.actor.id
    await set_password(shop, shop.actor.id, PASSWORD)
    return shop
