"""Read the customers to be scored (one or all) from rows into columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from pulse.clock import days_of
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.scoring.history import scores_sql
from pulse.scoring.metrics.event_features import EventColumns, Facts, Objects
from pulse.tables.customer import Customer

MOST_SHAPES = 64
"""Maximum number of different attribute sets handled separately; beyond, names are looked up."""


@dataclass(frozen=True)
class Gathered:
    """N customers and their data; arrays in the order of `ids`."""

    ids: list[UUID]
    people: list[Any]
    """[N] records: id, external_id, name, locale, value, renewal_on, owner_id, band, disputed, ….

    Their `attributes` are in `facts`.
    """
    facts: Facts

    def __len__(self) -> int:
        return len(self.ids)


async def gather(
    unit: Unit, customers: Sequence[UUID] | None = None, *, lock: bool = False
) -> Gathered:
    """Read these customers (None: all) with attributes and events.

    lock: locks the named customers until the transaction ends, so that two recalculations of one
    customer run one after the other. All is read after that: a statement that locked and read
    would wait for another recalculation and then return scores and disputes from before it. The key
    is not locked: rows that refer to the customer (events) hold a shared lock on it, and two
    writers of events would wait for each other.
    """
    if lock and customers is not None:
        await _LOCKED.rows(unit, business_id=unit.business_id, ids=list(customers))
    people = await scores_sql.people(unit, customers)
    events = await scores_sql.events(unit, customers)
    ids = [person["id"] for person in people]
    return Gathered(ids, people, _facts(people, ids, events))


_LOCKED = prepared(
    Customer.select(Customer.id)
    .where(
        Customer.business_id == Param("business_id"),
        any_of(Customer.id, Param("ids")),
    )
    .order_by(Customer.id)
    .lock_rows("NO KEY UPDATE")
)


def joined(parts: Sequence[Gathered]) -> Gathered:
    """Concatenate data of different customers, in that order. Pure."""
    names = dict.fromkeys(name for part in parts for name in part.facts.attributes)
    blank = [np.full(len(part), None, dtype=object) for part in parts]
    return Gathered(
        ids=[customer for part in parts for customer in part.ids],
        people=[person for part in parts for person in part.people],
        facts=Facts(
            size=sum(len(part) for part in parts),
            attributes={
                name: np.concatenate(
                    [
                        part.facts.attributes.get(name, none)
                        for part, none in zip(parts, blank, strict=True)
                    ]
                )
                for name in names
            },
            first_seen=np.concatenate([np.empty(0), *(part.facts.first_seen for part in parts)]),
            events=_joined_events(parts),
        ),
    )


def _joined_events(parts: Sequence[Gathered]) -> EventColumns:
    names = tuple(sorted({name for part in parts for name in part.facts.events.names}))
    code = {name: place for place, name in enumerate(names)}
    starts = np.cumsum([0, *(len(part) for part in parts)])
    none = EventColumns.empty()
    events = [(part.facts.events, start) for part, start in zip(parts, starts, strict=False)]
    return EventColumns(
        np.concatenate([none.customer, *(one.customer + start for one, start in events)]).astype(
            np.int32
        ),
        np.concatenate([none.at, *(one.at for one, _ in events)]),
        np.concatenate(
            [
                none.kind,
                *(
                    np.array([code[n] for n in one.names], np.int16)[one.kind]
                    for one, _ in events
                    if one.names
                ),
            ]
        ).astype(np.int16),
        np.concatenate([none.amount, *(one.amount for one, _ in events)]),
        names,
    )


def _facts(people: list[Any], ids: list[UUID], events: list[Any]) -> Facts:
    return Facts(
        size=len(ids),
        attributes=attributes_of(people),
        first_seen=np.fromiter((_days(p["first_seen_at"]) for p in people), np.float64, len(ids)),
        events=_events(ids, events),
    )


def attributes_of(people: Sequence[Any]) -> dict[str, Any]:
    """Return one column per name, [N] in the order of these records; None where missing."""
    held = [person["attributes"] for person in people]
    shapes: dict[tuple[str, ...], list[int]] = {}
    for row, attributes in enumerate(held):
        shapes.setdefault(tuple(attributes), []).append(row)
    names = tuple(dict.fromkeys(name for shape in sorted(shapes) for name in shape))
    columns = {name: np.empty(len(held), dtype=object) for name in names}
    if len(shapes) > MOST_SHAPES:
        for name in names:
            columns[name][:] = [attributes.get(name) for attributes in held]
        return columns
    for shape, rows in shapes.items():  # customers with the same attributes together
        at = slice(None) if len(rows) == len(held) else np.array(rows)
        alike = zip(*[held[row].values() for row in rows], strict=True)
        for name, values in zip(shape, alike, strict=False):
            columns[name][at] = _objects(values)
    return columns


def _objects(values: Sequence[Any]) -> Objects:
    """Return an array of these objects without conversion, also for lists."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _events(ids: list[UUID], events: list[Any]) -> EventColumns:
    if not events:
        return EventColumns.empty()
    place = {customer_id: index for index, customer_id in enumerate(ids)}
    mine = [event for event in events if event["customer_id"] in place]
    return EventColumns.of(
        [place[event["customer_id"]] for event in mine],
        [event["at"] for event in mine],
        [event["kind"] for event in mine],
        [np.nan if event["amount"] is None else event["amount"] for event in mine],
    )


def _days(moment: datetime | None) -> float:
    return float("nan") if moment is None else days_of(moment)
