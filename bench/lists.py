"""The pages of the Customers view that bench/dashboard measures.

Every filter in every order, searches from one letter to a whole id, the usual combinations, the
next page of each, and pages deep inside and at the end.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing.listing_types import Cursor
from pulse.db import pagination

PAGE = 50
DOWN = ("value", "value_at_risk", "last_event_at")
"""Orders that are read from the largest value; the others from the smallest, the nearest, or A."""

Case = Callable[[], Awaitable[object]]


def pages(scope: Scope, owner: str) -> dict[str, Case]:
    """Each kind of page by name; `owner` has one customer in a hundred."""
    filters = _filters(owner)
    ordered = {
        f"{name} by {sort}": _page(scope, chosen, sort=sort, descending=sort in DOWN)
        for name, chosen in {**filters, **_searches(owner)}.items()
        for sort in repository.SORTABLE
    }
    following = {f"{name}, next page": _second(scope, chosen) for name, chosen in filters.items()}
    turned = {
        f"everybody by {sort}, {'up' if sort in DOWN else 'down'}": _page(
            scope, None, sort=sort, descending=sort not in DOWN
        )
        for sort in repository.SORTABLE
    }
    return {**ordered, **following, **turned, **_deep(scope)}


def _filters(owner: str) -> dict[str, CustomerFilter | None]:
    return {
        "everybody": None,
        "fragile": CustomerFilter(band="fragile"),
        "strong": CustomerFilter(band="strong"),
        "lost 10 in 7 days": CustomerFilter(change_7d_to=-10.0),
        "lost 10 in 30 days": CustomerFilter(change_30d_to=-10.0),
        "gained 19 in 30 days": CustomerFilter(change_30d_from=19.0),
        "segment": CustomerFilter(segment="s3"),
        "no segment": CustomerFilter(has_segment=False),
        "cluster": CustomerFilter(cluster="Rising"),
        "silent for 90 days": CustomerFilter(silent_days=90),
        "renewal within 60 days": CustomerFilter(renewal_within_days=60),
        "renewal within 2 days": CustomerFilter(renewal_within_days=2),
        "hardly known": CustomerFilter(coverage_below=0.01),
        "half known": CustomerFilter(coverage_below=0.5),
        "tag": CustomerFilter(tag="vip"),
        "rare tag": CustomerFilter(tag="pilot"),
        "tag, fragile": CustomerFilter(tag="vip", band="fragile"),
        **_narrower(owner),
        "valuable": CustomerFilter(value_from=8000.0),
        "most valuable": CustomerFilter(value_from=8990.0),
        "strength 10 to 10.5": CustomerFilter(strength_from=10.0, strength_to=10.5),
        "fragile and gaining": CustomerFilter(band="fragile", change_7d_from=11.9),
        "no such segment": CustomerFilter(segment="nowhere"),
    }


def _narrower(owner: str) -> dict[str, CustomerFilter]:
    return {
        "my book": CustomerFilter(owner=owner),
        "my book, current": CustomerFilter(owner=owner, lifecycle="current"),
        "current": CustomerFilter(lifecycle="current"),
        "my book, fragile": CustomerFilter(owner=owner, band="fragile"),
        "my book, lost 10": CustomerFilter(owner=owner, change_7d_to=-10.0),
        "nobody's": CustomerFilter(owner="nobody"),
        "nobody's, fragile": CustomerFilter(owner="nobody", band="fragile"),
        "calls for help": CustomerFilter(context="calls"),
        "touch due": CustomerFilter(touch="due"),
        "open card": CustomerFilter(open_card=True),
        "fragile without a card": CustomerFilter(open_card=False, band="fragile"),
        "fragile, valuable": CustomerFilter(band="fragile", value_from=8000.0),
        "fragile, most valuable": CustomerFilter(band="fragile", value_from=8900.0),
        "fragile, renewal within 60 days": CustomerFilter(band="fragile", renewal_within_days=60),
        "segment, fragile": CustomerFilter(segment="s3", band="fragile"),
        "segment, fragile, lost 10": CustomerFilter(
            segment="s3", band="fragile", change_7d_to=-10.0
        ),
        "cluster, fragile": CustomerFilter(cluster="Drifting", band="fragile"),
        "fragile, silent": CustomerFilter(band="fragile", silent_days=90),
    }


def _searches(owner: str) -> dict[str, CustomerFilter]:
    words = ("c", "person", "person-77", "c123456", "nobody", "anna", "kim", "an", "ben person-9")
    return {
        **{f"“{each}”": CustomerFilter(search=each) for each in words},
        "“c123456@example.com”": CustomerFilter(search="c123456@example.com"),
        "“person-77”, fragile": CustomerFilter(search="person-77", band="fragile"),
        "“anna”, fragile": CustomerFilter(search="anna", band="fragile"),
        "“anna”, segment": CustomerFilter(search="anna", segment="s3"),
        "“anna”, my book": CustomerFilter(search="anna", owner=owner),
        "“kim”, fragile, lost 10": CustomerFilter(search="kim", band="fragile", change_7d_to=-10.0),
    }


def _deep(scope: Scope) -> dict[str, Case]:
    """Pages deep inside, and the last page; reading from the other end reads backwards."""
    made = {
        "value": 4500.0,
        "value_at_risk": 1500.0,
        "name": "Lukas",
        "identity_strength": 99.99,
        "renewal_on": "2999-01-01",
        "change_7d": 11.999,
    }
    fragile = CustomerFilter(band="fragile")
    return {
        f"{words}deep by {sort}": _page(scope, chosen, sort=sort, after=_after(value))
        for words, chosen in (("", None), ("fragile ", fragile))
        for sort, value in made.items()
    }


def _after(value: Any) -> str:
    return pagination.encode(Cursor(value, UUID(int=0)))


def _page(scope: Scope, chosen: CustomerFilter | None, **more: Any) -> Case:
    return lambda: repository.listing(scope, chosen, limit=PAGE, **more)


def _second(scope: Scope, chosen: CustomerFilter | None) -> Case:
    first: list[str | None] = []

    async def turned() -> object:
        if not first:
            first.append((await repository.listing(scope, chosen, limit=PAGE)).next)
        return await repository.listing(scope, chosen, limit=PAGE, after=first[0])

    return turned
