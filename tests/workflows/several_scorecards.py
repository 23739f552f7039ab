"""A shop with several scorecards, for tests of who is scored by which."""

from datetime import timedelta
from uuid import UUID

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.scoring import versions
from pulse.scoring.named import service as named_scorecards
from pulse.scoring.queries import identity_of
from pulse.scoring.scorecard import reweigh
from tests.fixtures.orders import NOW

EVERYBODY = [f"c{number}" for number in range(10)]
B2B = ("c0", "c1", "c2", "c3")
TENURE = {"days_known": 90.0, "orders_90": 1.0, "recency": 1.0, "spend_365": 8.0}
SPEND = {"days_known": 1.0, "orders_90": 1.0, "recency": 8.0, "spend_365": 90.0}
SINKING = {"days_known": 0.0, "orders_90": 50.0, "recency": 50.0, "spend_365": 0.0}
RECENCY = {"days_known": 0.0, "orders_90": 0.0, "recency": 100.0, "spend_365": 0.0}
IS_B2B = "all:segment.is.B2B"


async def score_shop(ordering_shop: Scope) -> Scope:
    """The shop, some of whose customers are B2B, scored a week ago and today by one scorecard."""
    async with tenant(ordering_shop) as unit:
        await unit.execute(
            "UPDATE customers SET segment = CASE WHEN external_id = ANY($1) THEN 'B2B' ELSE '' END,"
            " attributes = jsonb_build_object('Plan. A', right(external_id, 1))",
            list(B2B),
        )
    for days in (8, 0):
        with clock.at(NOW - timedelta(days=days)):
            await workflows.rescore(ordering_shop)
    return ordering_shop


async def publish_another(
    scope: Scope, name: str, condition: str, weights: dict[str, float] = TENURE
) -> UUID:
    """Add a scorecard with these weights and publish it; nobody is scored again yet."""
    named_id = await named_scorecards.add(scope, name, condition)
    current = await versions.published_version(scope)
    draft = await versions.save_draft(scope, reweigh(current.card, weights), named_id=named_id)
    await workflows.publish(scope, draft.id, f"For {name}")
    return named_id


async def scored_by(scope: Scope) -> dict[str, str | None]:
    """The name of each one's scorecard, as the identity answer has it."""
    return {who: (await identity_of(scope, who)).scorecard for who in EVERYBODY}


async def counted(scope: Scope) -> list[int]:
    """How many cards, milestones there are."""
    async with tenant(scope) as unit:
        return [
            await unit.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("conversation_cards", "customer_milestones")
        ]
