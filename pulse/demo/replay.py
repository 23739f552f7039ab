"""Replay lantern's past year: write its customers and events, then replay week by week."""

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

import polars as pl

from pulse import clock, workflows
from pulse.auth import audit
from pulse.auth.scope import Scope
from pulse.customers import events
from pulse.db.engine import json_text
from pulse.db.transaction import tenant
from pulse.demo import lantern, simulate_staff
from pulse.demo.catalogue import BAND_EDGES, CATALOGUE, RHYTHM, WEIGHTS
from pulse.demo.lantern import History
from pulse.demo.simulate_staff import Team
from pulse.jobs.progress import Told
from pulse.scoring import scorecard_store
from pulse.scoring.history.scores_sql import MONTH_DAYS
from pulse.scoring.lifecycle.standing import standing
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import Past
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.scorecard import hand_set
from pulse.tables.customer import Customer

WEEKS = 52
AT_ONCE = 500  # customers per insert
UNOWNED_DAYS = 14  # customers newer than this have no CSM yet


async def fill(scope: Scope, told: Told, weeks: int = WEEKS) -> None:
    """Write all customers and events, then replay the last `weeks` weeks (2 or more)."""
    told("lantern: reading the orders", 0, 1)
    past = lantern.history(clock.today() - timedelta(days=1), clock.now())
    told("lantern: reading the orders", 1, 1)
    team = await Team.of(scope)
    async with tenant(scope) as unit:
        people = _people(scope, past, list(team.scopes))
        for start in range(0, len(people), AT_ONCE):
            await Customer.insert(*people[start : start + AT_ONCE])
        await events.append(unit, past.events)
    lived = moments(clock.now(), weeks)
    with audit.unrecorded():  # the audit log is for real actions only
        await _publish_hand_set(scope, since=lived[0])
        await _replay_weeks(team, told, lived)


def moments(now: datetime, weeks: int) -> list[datetime]:
    """One moment per week, the last of them now, and the one with which a month's change compares.

    Without it "in 30 days" would be the change of 35.
    """
    weekly = [now - timedelta(weeks=back) for back in range(weeks)]
    month_ago = now - timedelta(days=MONTH_DAYS)
    return sorted({*weekly, *([month_ago] if month_ago > weekly[-1] else [])})


async def _publish_hand_set(scope: Scope, since: datetime) -> None:
    """Publish the shop's hand-set scorecard first, with curves fitted to all its data."""
    async with tenant(scope) as unit:
        await scorecard_store.save_catalogue(unit, CATALOGUE)
        everybody = await gather(unit)
        as_of = clock.days_of(clock.now())
        measured = measure(everybody.facts, CATALOGUE, as_of)
        active = standing(Past(everybody.facts, as_of), RHYTHM).in_rhythm
        with clock.at(since):
            card = hand_set(CATALOGUE, measured, WEIGHTS, BAND_EDGES, active)
            await scorecard_store.publish(unit, card, by="Alma Reyes", note="Set by hand")


async def _replay_weeks(team: Team, told: Told, weeks: list[datetime]) -> None:
    done, total = 0, len(weeks)
    told(YEAR, done, total)
    async for moment in workflows.replay(team.scope, weeks[:-1]):
        done += 1
        await team.week(moment, total - done)
        told(YEAR, done, total)
    await simulate_staff.declare(team.scope, weeks[-2])
    await workflows.rescore(team.scope)
    told(YEAR, total, total)


YEAR = "lantern: living through the year"


def _people(scope: Scope, past: History, owners: list[UUID]) -> list[Customer]:
    arrived = _first_orders(past)
    lately = clock.now() - timedelta(days=UNOWNED_DAYS)
    return [
        Customer(
            business_id=scope.business_id,
            external_id=person["external_id"],
            name=person["name"],
            email=person["email"],
            locale=person["locale"],
            attributes=json_text({"country": person["country"], "name_and_address": "made up"}),
            value=person["value"],
            owner_id=None
            if arrived[person["external_id"]] > lately
            else _owner(person["external_id"], owners),
        )
        for person in past.customers.iter_rows(named=True)
    ]


def _first_orders(past: History) -> dict[str, datetime]:
    pairs = pl.DataFrame(
        {
            "external_id": [event.external_id for event in past.events],
            "at": [event.occurred_at for event in past.events],
        }
    )
    return dict(pairs.group_by("external_id").agg(pl.col("at").min()).iter_rows())


def _owner(external_id: str, owners: list[UUID]) -> UUID | None:
    """The same CSM for the same customer, with equal shares."""
    if not owners:
        return None
    mark = blake2b(external_id.encode(), digest_size=4, person=b"owner").digest()
    return owners[int.from_bytes(mark) % len(owners)]
