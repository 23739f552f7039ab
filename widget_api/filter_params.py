"""The filters of the customer list as query parameters, the same as on the dashboard."""

from datetime import date
from typing import Annotated, Literal

from litestar.params import QueryParameter

from pulse.contexts.sharing import ContextType
from pulse.customers.filters import MOST_DAYS, CustomerFilter
from pulse.scoring.bands import Band


def _described(meaning: str) -> QueryParameter:
    return QueryParameter(description=meaning)


def _days(meaning: str) -> QueryParameter:
    return QueryParameter(ge=0, le=MOST_DAYS, description=meaning)


OWNER = r"^(nobody|anybody|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"


async def narrowed(
    search: Annotated[str, _described("prefixes of words in name, e-mail or id")] = "",
    band: Annotated[Band | Literal[""], _described("the band of the strength")] = "",
    lifecycle: Annotated[
        Literal["onboarding", "active", "lapsed", "left", "current", ""],
        _described("the lifecycle; `current`: neither lapsed nor left"),
    ] = "",
    context: Annotated[
        ContextType | Literal["any", "calls", ""],
        _described("the declared context; `any` of them; `calls`: stuck or frustrated"),
    ] = "",
    declared_within_days: Annotated[
        int | None, _days("the context was declared within so many days")
    ] = None,
    segment: Annotated[str, _described("the name of the segment")] = "",
    has_segment: Annotated[
        bool | None, _described("whether the customer is in any segment")
    ] = None,
    cluster: Annotated[str, _described("the name of a discovered segment")] = "",
    tag: Annotated[str, _described("a tag of the customer")] = "",
    owner: Annotated[
        str,
        QueryParameter(
            pattern=OWNER, description="a staff id, `nobody` (unassigned), or `anybody` (assigned)"
        ),
    ] = "",
    strength_from: Annotated[float | None, _described("at least this strength, 0–100")] = None,
    strength_to: Annotated[float | None, _described("below this strength")] = None,
    change_7d_from: Annotated[
        float | None, _described("at least this change in 7 days, in whole points")
    ] = None,
    change_7d_to: Annotated[
        float | None, _described("at most this change, rounded; -10: lost 10 points or more")
    ] = None,
    change_30d_from: Annotated[
        float | None,
        _described("at least this change in 30 days, in whole points"),
    ] = None,
    change_30d_to: Annotated[
        float | None, _described("at most this change, rounded; -10: lost 10 points or more")
    ] = None,
    value_from: Annotated[float | None, _described("at least this value per year")] = None,
    orders_from: Annotated[
        int | None, _days("at least so many orders, cancelled ones excluded")
    ] = None,
    orders_to: Annotated[
        int | None, _days("at most so many orders, cancelled ones excluded")
    ] = None,
    silent_days: Annotated[int | None, _days("no event for at least so many days")] = None,
    renewal_within_days: Annotated[
        int | None, _days("renewal within so many days from today")
    ] = None,
    renewal_from: Annotated[date | None, _described("renewal on this day or later")] = None,
    renewal_to: Annotated[date | None, _described("renewal on this day or before")] = None,
    touch: Annotated[
        Literal["due", "planned", ""],
        _described("the next follow-up: due today or overdue, or planned at all"),
    ] = "",
    open_card: Annotated[
        bool | None, _described("whether there is an open conversation card")
    ] = None,
    widget_within_days: Annotated[
        int | None, _days("had the widget open within so many days")
    ] = None,
    coverage_below: Annotated[
        float | None, _described("data coverage below this share, 0–1")
    ] = None,
    where: Annotated[
        str,
        _described(
            "conditions, e.g. `any:band.is.fragile;value.at_least.1000`; values percent-encoded"
        ),
    ] = "",
) -> CustomerFilter:
    """The filter from all given parameters; omitted and empty ones do not filter."""
    return CustomerFilter(
        search=search,
        band=band,
        lifecycle=lifecycle,
        context=context,
        declared_within_days=declared_within_days,
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
        widget_within_days=widget_within_days,
        coverage_below=coverage_below,
        where=where,
    )
