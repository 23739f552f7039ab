"""One customer: score, trend, factors, changes, the widget's view, timeline."""

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import timedelta
from typing import Any

from nicegui import binding

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.staff import Person, people
from pulse.cards.evidence.plain_figures import plain_figures
from pulse.contexts.widget_state import widget_state
from pulse.customers import repository
from pulse.customers.access_log import record_view
from pulse.live.messages import Message
from pulse.milestones.titles import milestone_titles
from pulse.scoring.factors import Factor
from pulse.scoring.history.score_history import Story, chance_to_stay, full_picture, story
from pulse.scoring.queries import Picture
from ui import kit
from ui.components.customer_rows import id_in, rhythm_in_words, scorecard_name, scored_by
from ui.components.factor_chart import Explained, FactorChart
from ui.components.preview_frame import WidgetPreview
from ui.formatters import UNKNOWN, coverage_words, day, number, percent, signed
from ui.kit.charts import Options
from ui.kit.text import box, text
from ui.pages.customer.change_breakdown import ChangeBreakdown
from ui.pages.customer.disputes_panel import DisputesPanel
from ui.pages.customer.header import Header
from ui.pages.customer.merge_panel import MergePanel
from ui.pages.customer.open_cards import OpenCards
from ui.pages.customer.preview import WidgetWords
from ui.pages.customer.privacy_panel import PrivacyPanel
from ui.pages.customer.signals import Signals
from ui.pages.customer.staff_panel import NoteField, StaffPanel
from ui.pages.customer.timeline import Timeline
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.texts import gettext, marked, reader_language

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


@binding.bindable_dataclass
class CustomerState:
    """State of the page about the customer; elements are bound to it, `read` assigns it."""

    strength: tuple[float | None, float | None] = (None, None)
    changes: str = ""
    rhythm: str = ""
    stays: str = ""
    base: str = ""
    scored_by: str = ""
    explained: Explained = (None, ())
    factors: Sequence[Factor] = ()
    trend: Options = field(default_factory=dict)


@view("Customer", icon="person", route="/customers/{external_id}", hidden=True)
async def show(page: Page, external_id: str) -> None:
    """Show one customer, live."""
    known = await repository.customer(page.scope, id_in(external_id))
    shown = _Customer(
        page, known, await people(page.scope), await milestone_titles(page.scope, reader_language())
    )
    await shown.read(known)
    await shown.draw(known)
    await record_view(page.scope, shown.external_id)
    page.live.on(KINDS, shown.refresh)


class _Customer:
    def __init__(
        self,
        page: Page,
        known: dict[str, Any],
        staff: list[Person],
        titles: Callable[[str], str],
    ) -> None:
        self.page = page
        self.external_id: str = known["external_id"]  # the URL may contain a former id
        self.may = page.scope.may(Permission.edit_customers)
        self.state = CustomerState()
        self._customer_id = known["id"]
        self._cards = OpenCards(page, known["id"])
        self._disputes = DisputesPanel(page, self.external_id, may=self.may)
        self._changes = ChangeBreakdown(page.scope, self.external_id)
        self._timeline = Timeline(page, self.external_id, titles)
        self._staff = StaffPanel(page, staff, known)
        self._head = Header(page, {str(one.id): one.name for one in staff})
        self._widget = WidgetWords()

    async def refresh(self, batch: Batch) -> None:
        """Read this customer again when a message is about them or about many."""
        if any(self._concerns(message) for message in batch):
            await self.read(await repository.customer(self.page.scope, self.external_id))

    async def read(self, known: dict[str, Any]) -> None:
        """Read the data and assign it to the states."""
        scope = self.page.scope
        picture = await full_picture(scope, self.external_id, reader_language())
        stays = await chance_to_stay(scope, picture)
        told = await story(scope, self.external_id)
        self._show_score(known, picture, stays, told)
        plain = await plain_figures(scope, picture)
        self.state.factors = plain.factors
        self.state.explained = (picture.identity.base, plain.factors)
        self.state.rhythm = rhythm_in_words(known, plain.gaps)
        self.state.trend, self.state.scored_by = _trend(told), _scored_by(picture, told)
        self._head.update(known)
        self._staff.update(known)
        await self._changes.read()
        await self._timeline.read()
        await self._cards.read(known)
        await self._disputes.read()
        scorecard = picture.identity.scorecard
        self._widget.update(await widget_state(scope, self.external_id), scorecard)

    def _show_score(
        self, known: dict[str, Any], picture: Picture, stays: float | None, told: Story
    ) -> None:
        state, identity = self.state, picture.identity
        state.strength = (known["identity_strength"], None)
        changes = [_moved(known["change_7d"], 7, told)]
        if known["change_7d"] is not None or known["change_30d"] is not None:
            changes.append(_moved(known["change_30d"], 30, told))
        if known["lifecycle"] in ("lapsed", "left"):
            words = gettext("{lifecycle}: changes are not counted any more")
            changes = [words.format(lifecycle=gettext(known["lifecycle"]))]
        if known["lifecycle"] == "onboarding":
            changes = [gettext("new: changes are counted once there is a band")]
        changes.append(highest(known))
        state.changes = " · ".join(changes)
        state.stays = (
            gettext("{stays} of customers like this stay").format(stays=percent(stays))
            if stays and known["lifecycle"] not in ("lapsed", "left")
            else ""
        )
        version = identity.scorecard_version or UNKNOWN
        made_by = gettext("scorecard v{version}, starting at {base}").format(
            version=version, base=number(identity.base, 1)
        )
        state.base = " · ".join(filter(None, [coverage_words(known["coverage"]), made_by]))

    def _concerns(self, message: Message) -> bool:
        if message.customer_id is None and message.external_id is None:
            return True
        return bool(
            message.customer_id == self._customer_id or message.external_id == self.external_id
        )

    async def draw(self, known: dict[str, Any]) -> None:
        name, state = known["name"] or self.external_id, self.state
        self._head.draw(known)
        with kit.columns().classes("pl-columns--top"):
            self._draw_score()
            with kit.panel("Identity strength, a year", "0–100, by week", span=8):
                kit.Chart(height=292, label="Strength by week").bind_options_from(state, "trend")
            with kit.panel("Why", "points from the starting point to this customer", span=7):
                FactorChart().bind_explained_from(state, "explained")
                text(gettext(STARTING_POINT), "pl-small pl-quiet", tag="p")
            with kit.panel("What changed", span=5):
                self._changes.draw()
            with kit.panel("Timeline", flush=True, span=7):
                if self.may:
                    NoteField(self.page, known["id"])
                self._timeline.draw()
            with box("pl-span-5 pl-stack pl-stack--wide"):
                await self._draw_side(known, name)

    def _draw_score(self) -> None:
        state = self.state
        with kit.panel("Identity strength", "0–100", span=4), box("pl-stack"):
            kit.Score(big=True).bind_score_from(state, "strength")
            text("", "pl-quiet").bind_text_from(state, "changes")
            text("", "pl-quiet").bind_text_from(state, "rhythm")
            stays = text("", "pl-quiet").bind_text_from(state, "stays")
            stays.bind_visibility_from(state, "stays", backward=bool)
            text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "base")
            by = text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "scored_by")
            by.bind_visibility_from(state, "scored_by", backward=bool)
            Signals().bind_factors_from(state, "factors")
            self._cards.draw()
            self._disputes.draw()

    async def _draw_side(self, known: dict[str, Any], name: str) -> None:
        with kit.panel("About"):
            self._staff.draw()
        with kit.panel("What the customer sees", "in the widget"), box("pl-stack"):
            self._widget.draw()
            if self.page.scope.may(Permission.work_cards):
                WidgetPreview(self.page, self.external_id, name)
        if self.may:
            with kit.panel("Duplicates"), box("pl-stack"):
                await MergePanel(self.page, known).draw()
        may = self.page.scope.may
        if may(Permission.export_data) or may(Permission.erase_customers):
            with kit.panel("Personal data"):
                PrivacyPanel(self.page, known)


STARTING_POINT = marked(
    "The starting point is the average of the customers from whom the scorecard was made: all who "
    "had neither lapsed nor left then and were at most three usual gaps late, new ones too. The "
    "average on Overview is that of today's customers with a band, however late they are."
)


def highest(known: dict[str, Any]) -> str:
    """Return the highest strength of 90 days as text.

    It leaves out days without a band, and says so beside a change from a higher strength.
    """
    now, high = known["identity_strength"], known["recent_high"]
    if high is not None and round(now - (known["change_30d"] or 0.0)) > round(high):
        return gettext("highest in 90 days, once there was a band, {high}").format(
            high=number(high)
        )
    return gettext("highest in 90 days {strength}").format(strength=number(high))


def _moved(change: float | None, days: int, told: Story) -> str:
    """Return '−3 in 7 days', 'no change in 7 days', or why there is nothing to compare with."""
    if change is None:
        then = clock.today() - timedelta(days=days)
        if any(point.date <= then for point in told.points):
            return gettext("scored by another scorecard {days} days ago").format(days=days)
        return gettext("no score {days} days ago").format(days=days)
    return gettext("{change} in {days} days").format(
        change=signed(change) if round(change) else gettext("no change"), days=days
    )


def _scored_by(picture: Picture, told: Story) -> str:
    """Which scorecard it is and since when, where there are or were several."""
    moved = told.moved
    if moved is None:
        return scored_by(picture.identity.scorecard)
    return gettext(
        "Scored by the scorecard “{name}” since {since}, by “{before}” until then: "
        "scores before and after do not compare"
    ).format(
        name=scorecard_name(moved.after),
        since=day(moved.day),
        before=scorecard_name(moved.before),
    )


def _trend(told: Story) -> Options:
    points = [(point.date.isoformat(), point.identity_strength) for point in told.points]
    marks = [
        kit.Marker(mark.day.isoformat(), gettext(mark.what), MARK_TONES[mark.kind])
        for mark in told.marks
    ]
    return kit.charts.trend(points, marks[-8:], edges=told.edges)
