"""Field selection: `?fields=external_id,band` returns only these fields of each item."""

from typing import Annotated, Any

import msgspec
from litestar.params import QueryParameter

from pulse.errors import Invalid

Fields = Annotated[
    str,
    QueryParameter(
        max_length=1000,
        description="only these fields, by comma (`external_id,identity_strength`); empty: all",
    ),
]


def only(fields: str, item: Any) -> Any:
    """The item with only the named fields, in the requested order; unchanged when none is named.

    item: a record or a dict. Raises Invalid (FIELDS_UNKNOWN) for names it does not have.
    """
    wanted = list(dict.fromkeys(filter(None, (name.strip() for name in fields.split(",")))))
    if not wanted:
        return item
    known = item if isinstance(item, dict) else msgspec.structs.asdict(item)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise Invalid(
            f"There is no field {', '.join(unknown)}.",
            code="FIELDS_UNKNOWN",
            unknown=unknown,
            known=sorted(known),
        )
    return {name: known[name] for name in wanted}


def only_of_each(fields: str, items: list[Any]) -> list[Any]:
    """Like `only`, for each item of a list."""
    return [only(fields, item) for item in items] if fields else items
