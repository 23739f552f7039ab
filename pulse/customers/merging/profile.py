"""Combine the columns of two customers, and separate them again. Pure functions on JSON values.

Values of the remaining customer take precedence; values of the other fill empty fields. Undo
restores only fields that still hold what the merge wrote.
"""

from typing import Any

Row = dict[str, Any]

FILLED = ("name", "email", "locale", "segment", "value", "renewal_on", "owner_id")
EARLIEST = ("first_seen_at",)
LATEST = ("last_event_at", "identified_at", "widget_seen_at")
RATING = ("pulse_rating", "pulse_comment", "pulse_rated_at")
CONTEXT = ("context_type", "context_expires_at")
COLUMNS = (
    *(*FILLED, *EARLIEST, *LATEST, *RATING, *CONTEXT),
    *("erasure_asked_at", "score_hidden", "celebrations", "tags", "attributes"),
)


def joined(stays: Row, goes: Row) -> Row:
    """The columns of `stays` that change when `goes` is merged into it."""
    made: Row = {}
    for name in (*FILLED, "erasure_asked_at"):
        made[name] = goes[name] if stays[name] in (None, "") else stays[name]
    for names, choose in ((EARLIEST, min), (LATEST, max)):
        for name in names:
            made[name] = choose(filter(None, (stays[name], goes[name])), default=None)
    rated = stays if stays["pulse_rating"] is not None else goes
    made |= {name: rated[name] for name in RATING}
    declared = max(stays, goes, key=lambda row: row["context_expires_at"] or "")
    made |= {name: declared[name] for name in CONTEXT}
    made["score_hidden"] = stays["score_hidden"] or goes["score_hidden"]
    is_default = stays["celebrations"] == "on"
    made["celebrations"] = goes["celebrations"] if is_default else stays["celebrations"]
    made["tags"] = [*stays["tags"], *(tag for tag in goes["tags"] if tag not in stays["tags"])]
    made["attributes"] = {**goes["attributes"], **stays["attributes"]}
    return {name: value for name, value in made.items() if value != stays[name]}


def parted(now: Row, former: Row, written: Row) -> Row:
    """The columns to restore when a merge that wrote `written` over `former` is undone."""
    made: Row = {}
    for name, value in written.items():
        if name == "attributes":
            made[name] = _attributes(now[name], former[name], value)
        elif name == "tags":
            made[name] = [t for t in now[name] if t in former[name] or t not in value]
        elif now[name] == value:
            made[name] = former[name]
    return made


def _attributes(now: Row, former: Row, written: Row) -> Row:
    added = {key for key in written if key not in former and now.get(key) == written[key]}
    return {key: value for key, value in now.items() if key not in added}
