"""Cards that staff request by hand: one for each selected or filtered customer.

The customers are scored first, so that the card has today's reasons; then the card is like any
other. A customer with an open card, of whatever cause, keeps that one. A few are made at once; many
are made by a job, chunk by chunk, which reports its progress and continues after a crash.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from pulse import workflows
from pulse.auth.audit import record
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.cards import from_scores
from pulse.cards import settings as card_settings
from pulse.cards.triggers import BY_HAND
from pulse.customers.customers_sql import with_open_card
from pulse.customers.staff_actions import Who, where_of
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.jobs.registry import Job, handles
from pulse.scoring import scorecard_store
from pulse.scoring.named.assignment import recalculate_each
from pulse.tables.business import Business
from pulse.tables.card import ConversationCard

JOB = "cards_by_hand"
AT_ONCE = 20
"""The number of cards made directly; a job makes more of them."""
MOST = 10_000
"""The maximum number of cards; no team delivers more than this."""
CHUNK = 200  # customers per transaction, which must be short so that live requests stay fast
LONGEST_WHY = 140


class Made(msgspec.Struct, frozen=True):
    """How many cards were made, how many customers had an open one, and how many have no score."""

    made: int
    had_one: int
    not_known: int


async def make_cards(scope: Scope, who: Who, why: str = "") -> Made:
    """Make a card for each of these customers (csm and up); the cards enter the queue at once.

    Raises Invalid for more than AT_ONCE customers (enqueue a job for those), for a reason of more
    than LONGEST_WHY characters, and when the business has switched such cards off.
    """
    scope.require(Permission.work_cards)
    wanted = _sentence(scope, why)
    async with tenant(scope) as unit:
        await _check_switched_on(unit)
        chosen, had_one = await _choose(unit, scope, who, AT_ONCE)
    await workflows.recalculate(scope, chosen)
    async with tenant(scope) as unit:
        made = await _make(unit, chosen, wanted)
        await _audit(unit, scope, made, why)
    return Made(made, had_one, len(chosen) - made)


async def enqueue_manual_cards(scope: Scope, who: Who, why: str = "") -> UUID:
    """Enqueue a job that makes cards for up to MOST customers (csm and up); returns its id.

    Raises like `make_cards`, and Conflict while such a job is running in this business.
    """
    scope.require(Permission.work_cards)
    _sentence(scope, why)
    async with tenant(scope) as unit:
        await _check_switched_on(unit)
        chosen, had_one = await _choose(unit, scope, who, MOST)
        wanted = [str(customer_id) for customer_id in chosen]
        question = {"customers": wanted, "had_one": had_one, "why": why.strip()}
        return await analyses.enqueue_analysis(unit, scope, "cards", question, JOB)


async def last_asked(scope: Scope) -> Study | None:
    """The latest job for cards by hand, and its progress."""
    return await analyses.newest(scope, "cards")


def made_by(study: Study) -> Made:
    """The result of a finished job."""
    return msgspec.convert(study.report, Made)


@handles(JOB, attempts=2, at_once=1)
async def _job(job: Job) -> None:
    await analyses.run_analysis(job, _make_in_chunks)


async def _make_in_chunks(scope: Scope, study: Study) -> None:
    """Work in chunks; customers with an open card are skipped, so a second run continues."""
    why = str(study.question["why"])
    chosen = [UUID(customer_id) for customer_id in study.question["customers"]]
    for done in range(0, len(chosen), CHUNK):
        stage = f"Making cards: {done:,} of {len(chosen):,}"
        await analyses.progress(scope, study.id, stage, done, len(chosen))
        async with tenant(scope) as unit:
            free, _ = await _choose(unit, scope, chosen[done : done + CHUNK], CHUNK)
        await workflows.recalculate(scope, free)
        async with tenant(scope) as unit:
            await _make(unit, free, _sentence(scope, why))
    async with tenant(scope) as unit:
        made, others = await _count(unit, chosen, study.created_at)
        had_one = int(study.question["had_one"]) + others
        report = Made(made, had_one, len(chosen) - made - others)
        await _audit(unit, scope, made, why)
        await analyses.finish(unit, study.id, msgspec.to_builtins(report), None)


async def _count(unit: Unit, chosen: Sequence[UUID], since: datetime) -> tuple[int, int]:
    """How many of these got a card by hand since then, and how many only have another open card."""
    mine = await ConversationCard.select(ConversationCard.customer_id).where(
        ConversationCard.business_id == unit.business_id,
        any_of(ConversationCard.customer_id, list(chosen)),
        ConversationCard.cause == BY_HAND,
        ConversationCard.created_at >= since,
    )
    waiting = await ConversationCard.select(ConversationCard.customer_id).where(
        ConversationCard.business_id == unit.business_id,
        any_of(ConversationCard.customer_id, list(chosen)),
        ConversationCard.status.is_in(["pending", "snoozed"]),
    )
    made = {row["customer_id"] for row in mine}
    return len(made), len({row["customer_id"] for row in waiting} - made)


async def _audit(unit: Unit, scope: Scope, made: int, why: str) -> None:
    if made:
        subject = f"{made:,} customers" if made > 1 else "1 customer"
        await record(unit, scope, "cards.made_by_hand", subject, reason=why.strip())


async def _make(unit: Unit, chosen: Sequence[UUID], wanted: str) -> int:
    if not chosen:
        return 0
    each, made = await recalculate_each(unit, chosen), 0
    if not each:
        await scorecard_store.published(unit)  # raises NotFound: there is none
    for done in each:
        opened = await from_scores.open_due_cards(unit, done, [], wanted=wanted)
        made += sum(card.cause == BY_HAND for card in opened)
    return made


async def _choose(unit: Unit, scope: Scope, who: Who, most: int) -> tuple[list[UUID], int]:
    """The customers to make a card for, and how many have an open one."""
    where, args = where_of(scope, who)
    rows = await with_open_card(unit, where, args, most + 1)
    if len(rows) > most:
        raise Invalid(
            Sentence(
                "These are more than {most} customers: choose fewer. A card is worth making "
                "when somebody has the time for the conversation.",
                most=most,
            ),
            code="TOO_MANY_CARDS",
        )
    free = [row["id"] for row in rows if not row["has_one"]]
    return free, len(rows) - len(free)


async def _check_switched_on(unit: Unit) -> None:
    row = await Business.select(Business.settings).where(Business.id == unit.business_id).first()
    if BY_HAND in card_settings.read(row["settings"] if row else None).switched_off:
        raise Invalid("Cards by hand are switched off for this business: see Settings, Cards.")


def _sentence(scope: Scope, why: str) -> str:
    """The sentence on the card with who requested it, and why."""
    why = " ".join(why.split())
    if len(why) > LONGEST_WHY:
        raise Invalid(
            Sentence("A reason has at most {longest} letters.", longest=LONGEST_WHY),
            field="why",
        )
    who = scope.actor.name or Sentence("A colleague")
    if why:
        return Sentence("{who} asked for this conversation: {why}.", who=who, why=why.rstrip("."))
    return Sentence("{who} asked for this conversation.", who=who)
