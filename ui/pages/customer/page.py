"""One customer: score, trend, why, what changed, what they see, everything that happened."""

from typing import Any

from pulse.auth.roles import Role
from pulse.auth.staff import people
from pulse.contexts.widget_state import Portrait, widget_state
from pulse.customers import repository
from pulse.customers.access_log import record_view
from pulse.milestones.titles import milestone_titles
from pulse.scoring.history.score_history import Story, chance_to_stay, full_picture, story
from pulse.scoring.queries import Picture
from ui import kit
from ui.components.customer_rows import id_in, rhythm_in_words, state_of
from ui.components.factor_chart import FactorChart
from ui.components.preview_frame import WidgetPreview
from ui.formatters import number, percent, signed
from ui.kit.text import box, text
from ui.pages.customer.change_breakdown import Movement
from ui.pages.customer.disputes_panel import Disputes
from ui.pages.customer.merge_panel import MergePanel
from ui.pages.customer.open_cards import OpenCards
from ui.pages.customer.preview import preview
from ui.pages.customer.privacy_panel import PersonalPanel
from ui.pages.customer.signals import Signals
from ui.pages.customer.staff_panel import CarePanel, NoteField
from ui.pages.customer.timeline import Stream
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view

KINDS = (
    "identity_update",
    "context_shared",
    "context_withdrawn",
    "dispute_changed",
    "card_created",
    "card_changed",
    "customer_changed",
    "event_recorded",
    "milestone_reached",
)
MARK_TONES = {"scorecard": "ink-3", "card": "accent", "context": "steady"}


@view("Customer", icon="person", route="/customers/{external_id}", hidden=True)
async def show(page: Page, external_id: str) -> None:
    """The page of one customer, live."""
    sheet = _Sheet(page, id_in(external_id))
    await sheet.draw()
    await record_view(page.scope, sheet.external_id)
    page.live.on(KINDS, sheet.refresh)


class _Sheet:
    def __init__(self, page: Page, external_id: str) -> None:
        self.page, self.external_id = page, external_id
        self.may = page.scope.role >= Role.csm

    async def draw(self) -> None:
        known = await repository.customer(self.page.scope, self.external_id)
        self.external_id = known["external_id"]  # the address may hold a former id
        picture = await full_picture(self.page.scope, self.external_id)
        self._customer_id = known["id"]
        self._head(known)
        with kit.columns():
            await self._score(known, picture)
            with kit.panel("Identity strength, a year", "0–100, by week", span=8):
                told = await story(self.page.scope, self.external_id)
                self._trend = kit.Chart(_trend(told), height=214, label="Strength by week")
            await self._reasons(picture)
            await self._below(known)

    async def refresh(self, batch: Batch) -> None:
        """Read this customer again, when one of the messages is about them or about many."""
        if not any(self._concerns(message) for message in batch):
            return
        known = await repository.customer(self.page.scope, self.external_id)
        picture = await full_picture(self.page.scope, self.external_id)
        self._show_state(known)
        await self._show_score(known, picture)
        self._why.explained = (picture.identity.base, picture.factors)
        self._trend.shown = _trend(await story(self.page.scope, self.external_id))
        if known != self._care.known:
            self._care.draw(known)
        await self._movement.draw()
        await self._stream.draw()
        await self._cards.draw()
        await self._disputes.draw()
        self._show_preview(await widget_state(self.page.scope, self.external_id))

    def _concerns(self, message: Any) -> bool:
        if message.customer_id is None and message.external_id is None:
            return True
        return bool(
            message.customer_id == self._customer_id or message.external_id == self.external_id
        )

    def _head(self, known: dict[str, Any]) -> None:
        name = known["name"] or self.external_id
        title = kit.Title(name, " · ".join(filter(None, [self.external_id, known["email"]])))
        with title.actions():
            self._state = kit.Badge()
            self._band = kit.Badge()
            kit.link("All customers", "/customers", "pl-btn pl-btn--quiet pl-narrow-hide")
        self._show_state(known)

    def _show_state(self, known: dict[str, Any]) -> None:
        self._state.show(*state_of(known["context_type"], known["context_expires_at"]))
        outside = known["lifecycle"] in ("lapsed", "left")
        self._band.show(known["lifecycle"] if outside else known["band"] or "", known["band"] or "")

    async def _score(self, known: dict[str, Any], picture: Picture) -> None:
        with kit.panel("Identity strength", "0–100", span=4), box("pl-stack"):
            self._number = kit.Score(None, big=True)
            self._changes = text("", "pl-quiet")
            self._rhythm = text("", "pl-quiet")
            self._stays = text("", "pl-quiet")
            self._base = text("", "pl-small pl-quiet", tag="p")
            self._signals = Signals()
            self._cards = OpenCards(self.page, known["id"])
            self._disputes = Disputes(self.page, self.external_id, may=self.may)
        await self._show_score(known, picture)

    async def _show_score(self, known: dict[str, Any], picture: Picture) -> None:
        self._number.show(known["identity_strength"], known["change_7d"], "in 7 days")
        month = signed(known["change_30d"]) or "no score"
        high = number(known["recent_high"])
        self._changes.set_text(f"{month} in 30 days · highest in 90 days {high}")
        self._rhythm.set_text(rhythm_in_words(known))
        stays = await chance_to_stay(self.page.scope, picture)
        self._stays.set_text(f"Of customers like this {percent(stays)} stay" if stays else "")
        self._stays.set_visibility(stays is not None)
        self._signals.show(picture.factors)
        base, known_share = number(picture.identity.base, 1), percent(known["coverage"])
        version = picture.identity.scorecard_version or "–"
        self._base.set_text(f"Average customer {base} · {known_share} known · scorecard v{version}")

    async def _reasons(self, picture: Picture) -> None:
        with kit.panel("Why", "points from the average customer to this one", span=7):
            self._why = FactorChart(picture.identity.base, picture.factors)
        with kit.panel("What changed", span=5):
            self._movement = Movement(self.page.scope, self.external_id)
            await self._movement.draw()

    async def _below(self, known: dict[str, Any]) -> None:
        seen = await widget_state(self.page.scope, self.external_id)
        with kit.panel("Timeline", flush=True, span=7):
            if self.may:
                NoteField(self.page, known["id"])
            titled = await milestone_titles(self.page.scope)
            self._stream = Stream(self.page, self.external_id, titled)
            await self._stream.draw()
        with box("pl-span-5 pl-stack pl-stack--wide"):
            with kit.panel("About"):
                self._care = CarePanel(self.page, await people(self.page.scope), known)
            with kit.panel("What the customer sees", "in the widget"), box("pl-stack"):
                self._preview = box()
                if self.may:
                    WidgetPreview(self.page, self.external_id, known["name"] or self.external_id)
            self._show_preview(seen)
            if self.may:
                with kit.panel("Same person twice"), box("pl-stack"):
                    self._merges = MergePanel(self.page, known)
                await self._merges.draw()
                with kit.panel("Personal data"):
                    PersonalPanel(self.page, known)
        await self._cards.draw()
        await self._disputes.draw()

    def _show_preview(self, seen: Portrait) -> None:
        self._preview.clear()
        with self._preview:
            preview(seen)


def _trend(told: Story) -> kit.charts.Options:
    points = [(point.date.isoformat(), point.identity_strength) for point in told.points]
    marks = [
        kit.Marker(mark.day.isoformat(), mark.what, MARK_TONES[mark.kind]) for mark in told.marks
    ]
    return kit.charts.trend(points, marks[-8:], edges=told.edges)
