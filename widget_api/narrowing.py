"""The filters of a list of customers as parameters of an address: the same as on the page."""

from typing import Annotated, Literal

from litestar.params import FromQuery, QueryParameter

from pulse.contexts.sharing import ContextType
from pulse.customers.filters import MOST_DAYS, CustomerFilter
from pulse.identity.bands import Band


def _as(meaning: str) -> QueryParameter:
    return QueryParameter(description=meaning)


def _days(meaning: str) -> QueryParameter:
    return QueryParameter(ge=0, le=MOST_DAYS, description=meaning)


Points = FromQuery[float | None]
YesOrNo = FromQuery[bool | None]
OWNER = r"^(nobody|anybody|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"


async def narrowed(
    search: Annotated[str, _as("beginnings of words of the name, the e-mail or the id")] = "",
    band: FromQuery[Band | Literal[""]] = "",
    context: Annotated[
        ContextType | Literal["any", "calls", ""],
        _as("the declared state now; `any` of them; `calls`: stuck or frustrated"),
    ] = "",
    segment: FromQuery[str] = "",
    has_segment: YesOrNo = None,
    cluster: Annotated[str, _as("a discovered segment, by its name")] = "",
    tag: FromQuery[str] = "",
    owner: Annotated[
        str,
        QueryParameter(
            pattern=OWNER, description="the id of one of the staff, `nobody`, or `anybody`"
        ),
    ] = "",
    strength_from: Points = None,
    strength_to: Annotated[float | None, _as("below this strength")] = None,
    change_7d_from: Points = None,
    change_7d_to: Points = None,
    change_30d_from: Points = None,
    change_30d_to: Points = None,
    value_from: FromQuery[float | None] = None,
    silent_days: Annotated[int | None, _days("no event for at least so many days")] = None,
    renewal_within_days: Annotated[int | None, _days("renewal from today to then")] = None,
    touch: Annotated[
        Literal["due", "planned", ""], _as("the next touch: due today or before, or planned at all")
    ] = "",
    open_card: YesOrNo = None,
    coverage_below: Annotated[float | None, _as("a share of what the scorecard asks, 0–1")] = None,
) -> CustomerFilter:
    """Every parameter narrows further; what is left out or empty does not."""
    return CustomerFilter(
        search=search,
        band=band,
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
        silent_days=silent_days,
        renewal_within_days=renewal_within_days,
        touch=touch,
        open_card=open_card,
        coverage_below=coverage_below,
    )
