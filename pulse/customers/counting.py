"""How many customers a filter shows, without showing them: up to a limit, or all."""

from pulse.access.scope import Scope
from pulse.customers.filters import SCORED, CustomerFilter, conditions, given
from pulse.customers.planning import COUNTED_UP_TO, planned
from pulse.database.tenancy import Unit, tenant

MANY = COUNTED_UP_TO + 1


async def count(scope: Scope, chosen: CustomerFilter | None = None) -> int:
    """How many customers the filter shows, up to COUNTED_UP_TO; MANY stands for any more."""
    async with tenant(scope) as unit:
        plan = await planned(unit, chosen, "")
        if (plan.about or 0) >= 2 * MANY:
            return MANY
        asked = plan.asked
        found: int = await unit.fetchval(COUNT.format(where=asked.where), *asked.args)
        return found


async def count_exactly(scope: Scope, chosen: CustomerFilter | None = None) -> int:
    """How many customers the filter shows, all counted: seconds where they are a million."""
    async with tenant(scope) as unit:
        return await exactly(unit, chosen)


async def exactly(unit: Unit, chosen: CustomerFilter | None) -> int:
    """As `count_exactly`, inside a unit of work."""
    names = given(chosen)
    table = "customer_scores" if names and names <= SCORED else "scored_customers"
    where, args = conditions(unit.business_id, chosen)
    await unit.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    found: int = await unit.fetchval(f"SELECT count(*) FROM {table} c WHERE {where}", *args)
    return found


COUNT = f"SELECT count(*) FROM (SELECT 1 FROM scored_customers c WHERE {{where}} LIMIT {MANY}) t"
