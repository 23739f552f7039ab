"""Parse one call of the Segment specification into an `Item`.

Names are accepted in snake_case and camelCase. If two names of the same field are given, the order
here decides, not the order in the JSON.
"""

from datetime import datetime
from typing import Any

import msgspec

from pulse.customers.ingestion.item_values import read_moment
from pulse.customers.validators import validate_text
from pulse.errors import Invalid

TYPES = ("identify", "track", "page", "screen", "group", "alias")

_NAMES = {
    "customer_id": ("customer_id", "customerId", "userId", "user_id"),
    "anonymous_id": ("anonymousId", "anonymous_id"),
    "previous_id": ("previousId", "previous_id"),
    "group_id": ("groupId", "group_id"),
    "message_id": ("message_id", "messageId"),
    "original": ("originalTimestamp", "original_timestamp"),
    "sent_at": ("sentAt", "sent_at"),
}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One call, alone or in a batch. `type` is one of TYPES.

    is_corrected: the time already follows the server's clock, so sent_at must not correct it again.
    """

    type: str
    customer_id: str = ""
    previous_id: str = ""
    group_id: str = ""
    event: str = ""
    traits: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    amount: Any = None
    timestamp: datetime | None = None
    is_corrected: bool = False
    sent_at: datetime | None = None
    message_id: str = ""


def item_of(plain: Any, kind: str | None = None) -> Item:
    """An item from JSON; raises Invalid. kind: the type, where the URL gives it."""
    if not isinstance(plain, dict):
        raise Invalid("An item must be an object.")
    given_kind = kind or plain.get("type")
    if given_kind not in TYPES:
        raise Invalid(f"The type “{str(given_kind)[:40]}” is none of {', '.join(TYPES)}.")
    timestamp, original = _time(plain, "timestamp"), _time(plain, *_NAMES["original"])
    return Item(
        type=given_kind,
        customer_id=_customer_id(plain),
        previous_id=_id(plain, "previous_id") if given_kind == "alias" else "",
        group_id=_id(plain, "group_id") if given_kind == "group" else "",
        event=_event(plain, given_kind),
        traits=_traits(plain, given_kind),
        properties=_properties(plain, given_kind),
        amount=plain.get("amount"),
        timestamp=original if timestamp is None else timestamp,
        is_corrected=timestamp is not None and original is not None,
        sent_at=_time(plain, *_NAMES["sent_at"]),
        message_id=_optional_id(plain, "message_id") or "",
    )


def _customer_id(plain: dict[str, Any]) -> str:
    found = _optional_id(plain, "customer_id")
    if found is None and _optional_id(plain, "anonymous_id") is not None:
        raise Invalid("Send customer_id (userId): Pulse cannot identify customers by anonymousId.")
    return validate_text("" if found is None else found, "customer_id")


def _id(plain: dict[str, Any], what: str) -> str:
    found = _optional_id(plain, what)
    if found is None and what == "previous_id":
        found = _optional_id(plain, "anonymous_id")
    return validate_text("" if found is None else found, _NAMES[what][0])


def _optional_id(plain: dict[str, Any], what: str) -> str | None:
    """The first of the names that has a value; numbers are accepted as ids."""
    found = next((plain[n] for n in _NAMES[what] if plain.get(n) is not None), None)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise Invalid(f"{_NAMES[what][0]} must be a text or a whole number.")
    return validate_text(found, _NAMES[what][0]) if str(found).strip() else None


def _time(plain: dict[str, Any], *names: str) -> datetime | None:
    said = next((plain[name] for name in names if plain.get(name) is not None), None)
    if said is None:
        return None
    found = read_moment(said)
    if found is None:
        raise Invalid(
            f"{names[0]} “{str(said)[:60]}” cannot be read: send ISO 8601 or seconds since 1970."
        )
    return found


def _event(plain: dict[str, Any], kind: str) -> str:
    if kind in ("page", "screen"):
        return kind
    if kind != "track":
        return ""
    said = plain.get("event")
    if isinstance(said, bool) or not isinstance(said, str | int):
        raise Invalid("event must be a text of 1 to 200 characters.")
    return validate_text(said, "event")


def _properties(plain: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind not in ("track", "page", "screen"):
        return {}
    given = _object(plain, "properties")
    if kind == "track":
        return given
    more = {n: plain[n] for n in ("name", "category") if plain.get(n) is not None}
    return {**more, **given}


def _traits(plain: dict[str, Any], kind: str) -> dict[str, Any]:
    """The traits; RudderStack's clients send those of an identify call in the context."""
    if kind not in ("identify", "group"):
        return {}
    context = plain.get("context")
    from_context = (
        _object(context, "traits") if kind == "identify" and isinstance(context, dict) else {}
    )
    return {**from_context, **_object(plain, "traits")}


def _object(plain: dict[str, Any], name: str) -> dict[str, Any]:
    found = plain.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Invalid(f"{name} must be an object.")
    return found
