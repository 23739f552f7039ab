"""A shop with business customers, for tests of several scorecards."""

import pytest

from pulse.auth.scope import Scope
from tests.workflows.several_scorecards import score_shop


@pytest.fixture
async def scored_shop(ordering_shop: Scope) -> Scope:
    """The shop, some of whose customers are B2B, scored a week ago and today by one scorecard."""
    return await score_shop(ordering_shop)
