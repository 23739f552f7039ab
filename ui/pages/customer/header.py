"""The sticky header of a customer's page: name, status, actions."""

from typing import Any
from uuid import UUID

from nicegui import binding

from pulse import clock, manual_cards
from pulse.auth.roles import Permission
from pulse.customers import follow_ups, staff_actions
from ui import kit
from ui.components.customer_rows import band_badge, risk_in_words, state_of
from ui.formatters import ago, ahead, day, money
from ui.kit.dialogs import ask_choice, ask_text
from ui.kit.text import box, text
from ui.pages.customer.follow_up import ask_touch, touch_words
from ui.runtime.page_context import Page
from ui.texts import gettext, marked


@binding.bindable_dataclass
class HeadState:
    """State of the header; `update` assigns it."""

    declared: tuple[str, str] = ("", "")
    band: tuple[str, str] = ("", "")
    strength: tuple[float | None, float | None] = (None, None)
    owner: str = ""
    follow_up: str = ""
    value: str = ""
    value_at_risk: str = ""
    last_order: str = ""
    renewal: str = ""


FACTS = marked(
    {
        "owner": "Owner",
        "follow_up": "Next follow-up",
        "value": "Value a year",
        "value_at_risk": "Value at risk",
        "last_order": "Last order",
        "renewal": "Renewal",
    }
)


class Header:
    """Sticky. `owners`: the staff who may own a customer, by id."""

    def __init__(self, page: Page, owners: dict[str, str]) -> None:
        self._page, self._owners = page, owners
        self.known: dict[str, Any] = {}
        self.state = HeadState()

    def draw(self, known: dict[str, Any]) -> None:
        """Draw it once; `update` changes its content."""
        name, state = known["name"] or known["external_id"], self.state
        title = kit.Title(name, " · ".join(filter(None, [known["external_id"], known["email"]])))
        title.root.classes("pl-title--stuck")
        with title.actions():
            kit.Badge().bind_badge_from(state, "declared")
            kit.Badge().bind_badge_from(state, "band")
            kit.Score().bind_score_from(state, "strength")
            may = self._page.scope.may
            if may(Permission.work_cards):
                kit.Button("Prepare a card …", self._card, icon="forum", kind="primary", small=True)
            if may(Permission.edit_customers):
                kit.Button("Follow-up …", self._plan, icon="event", small=True)
                kit.Button("Reassign …", self._assign, kind="quiet", small=True)
        with title.root, box("pl-title__facts"):
            for field, words in FACTS.items():
                with text(f"{gettext(words)} ") as fact:
                    text("", tag="b").bind_text_from(state, field)
                fact.bind_visibility_from(state, field, backward=bool)

    def update(self, known: dict[str, Any]) -> None:
        """Take over the current record."""
        self.known, state, now = known, self.state, clock.now()
        state.declared = state_of(known["context_type"], known["context_expires_at"])
        state.band = band_badge(known["band"], known["lifecycle"])
        state.strength = (known["identity_strength"], known["change_30d"])
        state.owner = known["owner"] or gettext("nobody")
        state.follow_up = touch_words(known)
        value = known["yearly_value"]
        left = known["lifecycle"] == "left"
        said = "" if value is None else money(value, self._page.currency, short=False)
        state.value = (
            gettext("{value} before leaving").format(value=said) if said and left else said
        )
        state.value_at_risk = self._at_risk(known)
        last, renewal = known["last_order_at"], known["renewal_on"]
        state.last_order = ago(last, now) if last else ""
        state.renewal = f"{day(renewal)}, {ahead(renewal, now)}" if renewal else ""

    def _at_risk(self, known: dict[str, Any]) -> str:
        amount, currency = known["value_at_risk"], self._page.currency
        if amount is None:
            return ""
        parts = risk_in_words(known, currency)
        said = money(amount, currency, short=False)
        return f"{said} ({parts})" if parts else said

    @property
    def _id(self) -> UUID:
        found: UUID = self.known["id"]
        return found

    async def _card(self) -> None:
        with self._page.place:
            why = await ask_text(
                "Prepare a card",
                "Reason, for the person who delivers it",
                "Prepare",
                may_be_empty=True,
            )
        if why is None:
            return
        done = await manual_cards.make_cards(await self._page.acting(), [self._id], why)
        said = (
            gettext("The card is in the queue.")
            if done.made
            else gettext("There is an open card already.")
        )
        kit.toast(
            said
            if done.made or done.had_one
            else gettext("No card: there is no data about this customer yet.")
        )

    async def _plan(self) -> None:
        with self._page.place:
            asked = await ask_touch(self.known["touch_on"], self.known["touch_purpose"] or "")
        if asked is not None:
            await follow_ups.plan_follow_up(await self._page.acting(), self._id, *asked)

    async def _assign(self) -> None:
        choices = {"": gettext("Unassigned"), **self._owners}
        now = str(self.known["owner_id"] or "")
        with self._page.place:
            chosen = await ask_choice("Reassign to", "Owner", choices, "Reassign", value=now)
        if chosen is not None:
            owner = UUID(chosen) if chosen else None
            await staff_actions.assign(await self._page.acting(), [self._id], owner)
