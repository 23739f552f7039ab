"""The filters of the customer list as query parameters, the same as on the dashboard."""

from datetime import date
from typing import Annotated, Literal

from litestar.params import QueryParameter

from pulse.contexts.sharing import ContextType
from pulse.customers.filters import MOST_DAYS, CustomerFilter
from pulse.scoring.bands import Band


def _as(meaning: str) -> QueryParameter:
    return QueryParameter(description=meaning)


def _days(meaning: str) -> QueryParameter:
    return QueryParameter(ge=0, le=MOST_DAYS, description=meaning)


OWNER = r"^(nobody|anybody|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"


async def narrowed(
    search: Annotated[str, _as("beginnings of words of the name, the e-mail or the id")] = "",
    band: Annotated[Band | Literal[""], _as("where the strength stands")] = "",
    lifecycle: Annotated[
        Literal["onboarding", "active", "lapsed", "left", "current", ""],
        _as("where they stand; `current`: neither lapsed nor left"),
    ] = "",
    context: Annotated[
        ContextType | Literal["any", "calls", ""],
        _as("the declared state now; `any` of them; `calls`: stuck or frustrated"),
    ] = "",
    segment: Annotated[str, _as("the segment they are in, by its name")] = "",
    has_segment: Annotated[bool | None, _as("whether they are in any segment")] = None,
    cluster: Annotated[str, _as("a discovered segment, by its name")] = "",
    tag: Annotated[str, _as("one of their tags")] = "",
    owner: Annotated[
        str,
        QueryParameter(pattern=OWNER, description="a staff id, `nobody`, or `anybody`"),
    ] = "",
    strength_from: Annotated[float | None, _as("this strength or more, 0–100")] = None,
    strength_to: Annotated[float | None, _as("below this strength")] = None,
    change_7d_from: Annotated[float | None, _as("points gained in 7 days, or more")] = None,
    change_7d_to: Annotated[float | None, _as("at most; -10: who lost 10 or more")] = None,
    change_30d_from: Annotated[float | None, _as("points gained in 30 days, or more")] = None,
    change_30d_to: Annotated[float | None, _as("at most; -10: who lost 10 or more")] = None,
    value_from: Annotated[float | None, _as("money a year, or more")] = None,
    orders_from: Annotated[int | None, _days("orders that stand, or more")] = None,
    orders_to: Annotated[int | None, _days("orders that stand, or fewer")] = None,
    silent_days: Annotated[int | None, _days("no event for at least so many days")] = None,
    renewal_within_days: Annotated[int | None, _days("renewal from today to then")] = None,
    renewal_from: Annotated[date | None, _as("renewal on this day or later")] = None,
    renewal_to: Annotated[date | None, _as("renewal on this day or before")] = None,
    touch: Annotated[
        Literal["due", "planned", ""], _as("the next touch: due today or before, or planned at all")
    ] = "",
    open_card: Annotated[bool | None, _as("whether a conversation card waits")] = None,
    coverage_below: Annotated[float | None, _as("a share of what the scorecard asks, 0–1")] = None,
    where: Annotated[
        str,
        _as("conditions, e.g. `any:band.is.fragile;value.at_least.1000`; values percent-encoded"),
    ] = "",
) -> CustomerFilter:
    """The filter from all given parameters; omitted and empty ones do not filter."""
    return CustomerFilter(
        search=search,
        band=band,
        lifecycle=lifecycle,
        context=context,
        segment=segment,
        has_segment=has_segment,
        cluster=cluster,
        tag=tag,
        owner=owner,
        strength_from=strength_from,
        strength_to=strength_to,
        change_7d_from=change_7d_from,
        change_7d_to=change_7d_to,
        change_30d_from=change_30d_from,
        change_30d_to=change_30d_to,
        value_from=value_from,
        orders_from=orders_from,
        orders_to=orders_to,
        silent_days=silent_days,
        renewal_within_days=renewal_within_days,
        renewal_from=renewal_from,
        renewal_to=renewal_to,
        touch=touch,
        open_card=open_card,
        coverage_below=coverage_below,
        where=where,
    )
