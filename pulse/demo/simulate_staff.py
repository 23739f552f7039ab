"""Simulate lantern's team in the replayed year: schedules run, CSMs work on their cards.

Whether customers came back is real; the conversations are invented, and so are the contexts that a
few customers declare in the last week. Each step calls the service itself, at its time.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from piccolo.query import OrderByRaw

from pulse import clock, workflows
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.cards import creation, lifecycle
from pulse.db.prepared import any_of
from pulse.db.transaction import tenant
from pulse.tables.business import Business
from pulse.tables.card import CardProposal, ConversationCard
from pulse.tables.customer import Customer
from pulse.tables.staff import Staff

WORKED_WEEKS = 26  # before that there were no CSMs, so cards of that time expired
DELIVERED, FALSE_ALARM = 0.78, 0.08  # shares of a week's cards; the others are not worked on
DELIVERED_LATELY = 0.4  # of the present week: the others still wait
SIGNED = 0.3  # share of openers to which the CSM adds a line
WITHIN_HOURS = 72
WITHIN_A_DAY = 24
WORKDAY = (9, 17)  # hours of the business's time in which the team works, from Monday to Friday
AT_ONCE = 4  # concurrent steps, so that PostgreSQL and Python work in parallel
DECLARED = (
    ("stuck", None),
    ("busy", None),
    ("exploring", None),
    ("frustrated", None),
    ("busy", None),
    ("own_words", "Could the next parcel come before Friday?"),
    ("stuck", "I cannot find last year's Christmas boxes."),
    ("busy", None),
    ("exploring", None),
)


class Team:
    """The CSMs of a shop, each with their own scope."""

    def __init__(self, scope: Scope, people: Iterable[Any], zone: ZoneInfo) -> None:
        self.scope, self.zone = scope, zone
        self.scopes = {
            person["id"]: Scope(
                scope.business_id, Actor("staff", person["id"], person["name"]), Role.csm
            )
            for person in people
        }

    @classmethod
    async def of(cls, scope: Scope) -> "Team":
        """All CSMs of the business, by name."""
        zone = await time_zone_of(scope)
        async with tenant(scope):
            people = (
                await Staff.select(Staff.id, Staff.name)
                .where(Staff.business_id == scope.business_id, Staff.role == Role.csm.value)
                .order_by(Staff.name)
            )
        return cls(scope, people, zone)

    async def week(self, moment: datetime, left: int) -> None:
        """Simulate the week that began at `moment`; left: weeks from it until today."""
        with clock.at(moment):
            await creation.wake_due(self.scope)
            if left <= WORKED_WEEKS and self.scopes:
                await self._record_outcomes()
                await self._work_on_cards(moment, lately=left <= 1)

    async def _record_outcomes(self) -> None:
        await creation.propose_outcomes(self.scope)
        rows = await self._proposed()
        await _run_concurrently(self._record_outcome(row) for row in rows)

    async def _record_outcome(self, row: Any) -> None:
        hours = Random(str(row["external_id"])).uniform(0, WITHIN_A_DAY)
        with clock.at(working_time(clock.now() + timedelta(hours=hours), self.zone)):
            await lifecycle.record_outcome(self.scopes[row["owner_id"]], row["id"], row["outcome"])

    async def _work_on_cards(self, moment: datetime, *, lately: bool) -> None:
        rows = await self._opened(clock.now())
        await _run_concurrently(self._work_on_card(row, moment, lately) for row in rows)

    async def _work_on_card(self, row: Any, moment: datetime, lately: bool) -> None:
        chance = Random(f"{row['external_id']} {row['cause']} {moment:%F}")
        drawn, scope = chance.random(), self.scopes[row["owner_id"]]
        delivered = DELIVERED_LATELY if lately else DELIVERED
        begun = moment + timedelta(hours=chance.uniform(1, WITHIN_HOURS))
        with clock.at(working_time(begun, self.zone)):
            if drawn < delivered:
                own = f"{row['opener']}\n{scope.actor.name}" if chance.random() < SIGNED else None
                await lifecycle.action(scope, row["id"], own)
            elif drawn < delivered + FALSE_ALARM and not lately:
                await lifecycle.dismiss(
                    scope, row["id"], "They always pause at this time of the year"
                )

    async def _opened(self, at: datetime) -> list[dict[str, Any]]:
        """The waiting cards of the team's customers that were opened at this moment."""
        async with tenant(self.scope):
            rows: list[dict[str, Any]] = await ConversationCard.select(
                ConversationCard.id,
                ConversationCard.cause,
                ConversationCard.ai_generated_opener.as_alias("opener"),
                ConversationCard.customer_id.owner_id.as_alias("owner_id"),
                ConversationCard.customer_id.external_id.as_alias("external_id"),
            ).where(
                ConversationCard.business_id == self.scope.business_id,
                any_of(ConversationCard.customer_id.owner_id, list(self.scopes)),
                ConversationCard.status == "pending",
                ConversationCard.created_at == at,
            )
        return rows

    async def _proposed(self) -> list[dict[str, Any]]:
        """Suggested outcomes of cards that the team has delivered."""
        card: Any = CardProposal.card_id
        async with tenant(self.scope):
            rows: list[dict[str, Any]] = await CardProposal.select(
                card.id.as_alias("id"),
                card.customer_id.owner_id.as_alias("owner_id"),
                card.customer_id.external_id.as_alias("external_id"),
                CardProposal.outcome,
            ).where(
                CardProposal.business_id == self.scope.business_id,
                any_of(card.customer_id.owner_id, list(self.scopes)),
                card.status == "actioned",
                card.outcome.is_null(),
                card.actioned_at < clock.now(),
            )
        return rows


async def declare(scope: Scope, since: datetime) -> None:
    """Let some of the shop's active customers declare contexts by day, one after another."""
    zone = await time_zone_of(scope)
    async with tenant(scope):
        rows = (
            await Customer.select(Customer.external_id)
            .where(
                Customer.business_id == scope.business_id,
                Customer.last_event_at > since - timedelta(days=60),
                Customer.owner_id.is_not_null(),
            )
            .order_by(OrderByRaw("md5(external_id)"))
            .limit(len(DECLARED))
        )
    pause = (clock.now() - since) / (len(DECLARED) + 1)
    for number, (row, (kind, note)) in enumerate(zip(rows, DECLARED, strict=False), 1):
        at = working_time(since + number * pause, zone, weekends=True)
        with clock.at(at):
            await workflows.share_context(scope, row["external_id"], kind, note)
        await _saw_widget(scope, row["external_id"], at)


async def _saw_widget(scope: Scope, external_id: str, at: datetime) -> None:
    """Note when the customer had the widget open: contexts are declared in it."""
    async with tenant(scope):
        await Customer.update({Customer.widget_seen_at: at}, use_auto_update=False).where(
            Customer.business_id == scope.business_id, Customer.external_id == external_id
        )


async def time_zone_of(scope: Scope) -> ZoneInfo:
    """The time zone of the business."""
    async with tenant(scope):
        rows = await Business.select(Business.time_zone).where(Business.id == scope.business_id)
    return ZoneInfo(rows[0]["time_zone"])


def working_time(moment: datetime, zone: ZoneInfo, *, weekends: bool = False) -> datetime:
    """This moment, or the same minute of an hour of the next working day (WORKDAY).

    weekends: Saturdays and Sundays count too, and the hour is the first one, so that the result is
    less than a day later. Otherwise the hours are spread.
    """
    local, (opens, closes) = moment.astimezone(zone), WORKDAY
    at_work = local.weekday() < SATURDAY or weekends
    if opens <= local.hour < closes and at_work:
        return moment
    hour = opens if weekends else opens + local.hour % (closes - opens)
    if local.hour >= closes:
        local += timedelta(days=1)
    while local.weekday() >= SATURDAY and not weekends:
        local += timedelta(days=1)
    return local.replace(hour=hour).astimezone(UTC)


SATURDAY = 5  # of `datetime.weekday`


async def _run_concurrently(steps: Iterable[Awaitable[Any]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(step: Awaitable[Any]) -> None:
        async with gate:
            await step

    await asyncio.gather(*(one(step) for step in steps))
