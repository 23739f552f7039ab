"""Actions on the open card, by button and by key; each calls one service function."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from nicegui import ui

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.staff import people
from pulse.cards import lifecycle
from pulse.cards.channels import channel_label, sends
from pulse.cards.outcomes import suggested_outcomes
from pulse.cards.outcomes.help_follow_up import planned_day
from pulse.cards.queries import CardView
from ui import kit
from ui.components.card_shortcuts import ask_snooze, snoozed_words
from ui.components.card_words import DISMISSALS
from ui.formatters import short_day
from ui.kit.dialogs import ask_choice, ask_reason, ask_text
from ui.kit.text import box
from ui.pages.queue.card_facts import OUTCOMES
from ui.runtime.page_context import Page
from ui.texts import gettext, mid_sentence, reader_language


class Worked(Protocol):
    """Awaited after an action on a card; undone: it was taken back, so the card opens again."""

    async def __call__(self, card: CardView, *, undone: bool = False) -> None:
        """Show what follows."""


class OpenCard(Protocol):
    """What the actions need of the editor."""

    card: CardView | None

    @property
    def may(self) -> bool:
        """Whether this person may work cards."""

    @property
    def words(self) -> str:
        """The text in the editor."""

    @property
    def channel(self) -> str:
        """The chosen channel."""

    def done(self, card: CardView) -> None:
        """Handle that this card was worked."""


class CardActions:
    """Buttons and keys of a card. `asking` is true while a dialog is open."""

    def __init__(self, page: Page, editor: OpenCard, worked: Worked) -> None:
        self._page, self._editor, self._worked = page, editor, worked
        self.asking = False

    def buttons(self, card: CardView) -> None:
        """Draw the actions this card allows now."""
        _hint(card)
        with box("pl-row pl-acts"):
            if self._snoozed_by_another(card):
                kit.Button("Copy", self.copy, icon="content_copy", key="c")
                kit.Button("Bring back", self.undo, icon="undo", key="u")
            elif card.status in ("pending", "snoozed"):
                kit.Button("Mark delivered", self.deliver, icon="send", kind="primary", key="a")
                kit.Button("Copy", self.copy, icon="content_copy", key="c")
                kit.Button("Snooze …", self.snooze, key="s")
                kit.Button("Dismiss …", self.dismiss, kind="quiet", key="d")
                kit.Button("Reassign …", self.reassign, kind="quiet", key="g")
            elif card.status == "actioned" and card.outcome is None:
                self._proposal(card)
                for number, (outcome, words) in enumerate(OUTCOMES.items(), 1):
                    kit.Button(words, self._recording(outcome), key=str(number))
                kit.Button("Undo", self.undo, kind="quiet", key="u")
            elif card.can_undo:
                kit.Button("Undo", self.undo, icon="undo", kind="quiet", key="u")

    def _proposal(self, card: CardView) -> None:
        """Draw the outcome suggested by later events, for a person to accept or decline."""
        if card.proposal:
            kit.Button("Yes", self.accept, kind="primary", key="y")
            kit.Button("No", self.decline, kind="quiet", key="n")

    async def accept(self) -> None:
        """Record the suggested outcome."""
        if (card := self._editor.card) is not None:
            scope = await self._page.acting()
            await suggested_outcomes.accept_proposal(
                scope, card.id, card.revision, reader_language()
            )
            await self._worked(card)

    async def decline(self) -> None:
        """Decline the suggested outcome; the card still needs one."""
        if (card := self._editor.card) is not None:
            await suggested_outcomes.decline_proposal(await self._page.acting(), card.id)
            await self._worked(card)

    async def by_key(self, key: str) -> None:
        """Return the action of a key, if this card allows it."""
        card = self._editor.card
        if card is None or not self._editor.may:
            return
        act = self._keys(card).get(key)
        if act:
            await act()

    def _snoozed_by_another(self, card: CardView) -> bool:
        """Return whether a colleague has snoozed this card; only they can wake it."""
        name = self._page.scope.actor.name
        return card.status == "snoozed" and card.can_undo and card.changed_by not in ("", name)

    def _keys(self, card: CardView) -> dict[str, Callable[[], Awaitable[None]]]:
        if self._snoozed_by_another(card):
            return {"c": self.copy, "u": self.undo}
        if card.status in ("pending", "snoozed"):
            return {
                "a": self.deliver,
                "c": self.copy,
                "s": self.snooze,
                "d": self.dismiss,
                "g": self.reassign,
            }
        if card.status == "actioned" and card.outcome is None:
            found = {str(n): self._recording(o) for n, o in enumerate(OUTCOMES, 1)}
            if card.proposal:
                found["y"] = self.accept
                found["n"] = self.decline
            return {**found, "u": self.undo}
        return {"u": self.undo}

    async def copy(self) -> None:
        """Copy the opener to the clipboard."""
        ui.clipboard.write(self._editor.words)
        kit.toast("Copied. Press a once you have delivered it.")

    async def deliver(self) -> None:
        """Mark the card as delivered; a package's channel sends the text first."""
        if (card := self._editor.card) is not None:
            words, channel = self._editor.words, self._editor.channel
            scope = await self._page.acting()
            await lifecycle.action(
                scope, card.id, text=words, channel=channel, revision=card.revision
            )
            self._editor.done(card)
            sent = (
                gettext("Sent by {channel_label}.").format(channel_label=channel_label(channel))
                if sends(channel)
                else ""
            )
            await self._after(card, sent or gettext("Marked as delivered."))

    async def snooze(self) -> None:
        """Snooze, with or without a reason."""
        if (card := self._editor.card) is not None:
            answer = await self._ask(ask_snooze())
            if answer:
                until = clock.now() + timedelta(days=int(answer[0]))
                scope = await self._page.acting()
                await lifecycle.snooze(
                    scope, card.id, until=until, reason=answer[1], revision=card.revision
                )
                await self._after(card, snoozed_words(answer[0]))

    async def dismiss(self) -> None:
        """Dismiss with a reason; false alarms are counted against the cause."""
        if (card := self._editor.card) is not None:
            answer = await self._ask(
                ask_reason("Dismiss this card", DISMISSALS, "Dismiss", reason="In your words")
            )
            if answer:
                reason = ": ".join(part for part in (DISMISSALS[answer[0]], answer[1]) if part)
                scope = await self._page.acting()
                await lifecycle.dismiss(scope, card.id, reason=reason, revision=card.revision)
                self._editor.done(card)
                await self._after(card, gettext("Dismissed."))

    async def reassign(self) -> None:
        """Assign to a colleague, or back to the customer's owner."""
        if (card := self._editor.card) is not None:
            staff = [
                one for one in await people(self._page.scope) if one.may(Permission.work_cards)
            ]
            colleagues = {str(one.id): one.name for one in staff}
            choices = {"": gettext("Back to the customer's owner"), **colleagues}
            now = str(card.assigned_to or "")
            chosen = await self._ask(
                ask_choice("Reassign this card to", "Colleague", choices, "Reassign", value=now)
            )
            if chosen is not None:
                scope = await self._page.acting()
                staff_id = UUID(chosen) if chosen else None
                await lifecycle.assign(scope, card.id, staff_id, revision=card.revision)
                await self._after(
                    card,
                    gettext("Now with {choices}.").format(choices=choices[chosen])
                    if chosen
                    else gettext("Back with the customer's owner."),
                )

    def _recording(self, outcome: str) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            if (card := self._editor.card) is not None:
                words = mid_sentence(OUTCOMES[outcome])
                note = await self._ask(
                    ask_text(
                        gettext("Outcome: {words}").format(words=words),
                        "Note (may be empty)",
                        "Save",
                        may_be_empty=True,
                    )
                )
                if note is None:
                    return
                scope = await self._page.acting()
                await lifecycle.record_outcome(
                    scope, card.id, outcome, note, card.revision, reader_language()
                )
                said = gettext("Outcome recorded: {words}.").format(words=words)
                if day := await planned_day(scope, card.customer_id):
                    said = gettext("{said} The call for help stays open: follow-up {day}.").format(
                        said=said, day=short_day(day, clock.now())
                    )
                await self._after(card, said)

        return act

    async def undo(self) -> None:
        """Undo the last step."""
        if (card := self._editor.card) is not None:
            await lifecycle.undo(await self._page.acting(), card.id, reader_language())
            kit.toast("Undone.")
            await self._worked(card, undone=True)

    async def _after(self, card: CardView, words: str) -> None:
        async def take_back() -> None:
            await lifecycle.undo(await self._page.acting(), card.id, reader_language())
            await self._worked(card, undone=True)

        kit.toast(words, undo=take_back)
        await self._worked(card)

    async def _ask(self, question: Awaitable[Any]) -> Any:
        self.asking = True
        try:
            with self._page.place:
                return await question
        finally:
            self.asking = False


def _hint(card: CardView) -> None:
    """Return that later events suggest an outcome, or that one is missing."""
    if card.proposal and card.status == "actioned":
        words = mid_sentence(OUTCOMES[card.proposal])
        kit.note(
            gettext("Suggested outcome: {words}. {proposal_because}").format(
                words=words, proposal_because=gettext(card.proposal_because or "")
            ),
            "good",
        )
    elif card.status == "snoozed" and card.changed_by:
        until = short_day(card.snoozed_until, clock.now()) or gettext("later")
        words = (
            gettext("{changed_by} snoozed this card until {until}: {snooze_reason}")
            if card.snooze_reason
            else gettext("{changed_by} snoozed this card until {until}.")
        )
        kit.note(
            words.format(changed_by=card.changed_by, until=until, snooze_reason=card.snooze_reason),
            "warn",
        )
    elif card.outcome_due:
        kit.note("Delivered a while ago: what came of it?", "warn")
