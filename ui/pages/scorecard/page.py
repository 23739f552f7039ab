"""Scorecard: set by hand or learned, tested, previewed, back-tested, published."""

from collections.abc import Mapping
from dataclasses import field
from uuid import UUID

from nicegui import binding

from pulse import workflows
from pulse.auth.roles import Permission
from pulse.errors import PulseError
from pulse.scoring import versions
from pulse.scoring.scorecard_store import DEFAULT_NAME, Published
from ui import kit
from ui.formatters import number
from ui.kit.dialogs import ask_sentence
from ui.kit.feedback import Step
from ui.kit.fields import Select
from ui.kit.text import box, text
from ui.pages.scorecard.backtest_panel import BacktestPanel
from ui.pages.scorecard.card_list import CardList
from ui.pages.scorecard.learn_panel import LearnPanel
from ui.pages.scorecard.review_panel import ReviewPanel
from ui.pages.scorecard.score_preview import ScorePreview
from ui.pages.scorecard.score_trial import ScoreTrial
from ui.pages.scorecard.version_list import VersionList, newest_of, published_of
from ui.pages.scorecard.version_words import (
    is_published,
    publish_question,
    subtitle,
    which_is_open,
)
from ui.pages.scorecard.weights import Weights
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.texts import gettext


@binding.bindable_dataclass
class ScorecardState:
    """State above the tabs; elements are bound to it."""

    subtitle: str = ""
    which: str = ""
    is_other: bool = False
    can_publish: bool = False
    can_close: bool = False
    rescoring: Step | None = None
    cards: Mapping[str, str] = field(default_factory=dict)
    """Where there are several scorecards: their names by id, '' for the default one."""
    card: str = ""
    has_several: bool = False


@view(
    "Scorecard",
    icon="tune",
    route="/scorecard",
    permission=Permission.see_setup,
    order=10,
    section="Set up",
)
async def show(page: Page) -> None:
    """Show one working copy in all tabs; scores change only when it is published."""
    scorecard = _Scorecard(page)
    await scorecard.draw()
    page.live.on(("notice", "rescoring_progress", "study_progress"), scorecard.refresh)


class _Scorecard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.may = page.scope.may(Permission.edit_scorecard)
        self.state = ScorecardState()
        self._openings, self._publications = ReadOrder(), ReadOrder()

    async def draw(self) -> None:
        state = self.state
        self._cards = CardList(self.page, self._choose, self._cards_changed)
        await self._read_cards()
        asked = await self._asked_for()
        self._card = asked.named_id if asked else None
        state.card = str(self._card or "")
        self._published = await published_of(self.page.scope, self._card)
        opened = asked or self._published or await newest_of(self.page.scope, self._card)
        title = kit.Title("Scorecard")
        title.subtitle.bind_text_from(state, "subtitle")
        with title.actions():
            which = Select("Which scorecard", state.cards, state.card, self._picked, width=200)
            which.bind_choices_from(state, "cards").bind_value_from(state, "card")
            which.bind_visibility_from(state, "has_several")
            button = kit.Button("Publish …", self._ask_to_publish, kind="primary")
            button.bind_enabled_from(state, "can_publish")
        kit.Progress("Rescoring").bind_step_from(state, "rescoring")
        with box("pl-note pl-row").bind_visibility_from(state, "is_other"):
            text("", "pl-grow").bind_text_from(state, "which")
            back = kit.Button(
                "Back to the published version", self._close, kind="quiet", small=True
            )
            back.bind_visibility_from(state, "can_close")
        self._weights = Weights(opened, self._changed, may=self.may)
        self._trial = ScoreTrial(self.page, lambda: self._weights.card)
        self._preview = ScorePreview(self.page, lambda: self._weights.card, lambda: self._card)
        self._learn = LearnPanel(self.page, lambda: self._weights.opened, self._open)
        self._backtest = BacktestPanel(self.page, lambda: self._weights.opened)
        whose = (lambda: self._card, self._name)
        self._review = ReviewPanel(self.page, self._open, *whose)
        self._versions = VersionList(self.page, self._publish_version, self._open, *whose)
        await self._draw_tabs()

    async def _draw_tabs(self) -> None:
        self._tabs = kit.Tabs(
            [
                ("configuration", "Configuration", self._configuration),
                ("learn", "Learn from outcomes", self._learn.draw),
                ("test", "Test on one customer", self._trial.draw),
                ("preview", "Preview for all", self._preview.draw),
                ("backtest", "Back-test", self._backtest.draw),
                ("review", "Review", self._review.draw),
                ("history", "Versions", self._versions.draw),
                ("cards", "Several scorecards", self._cards.draw),
            ],
            self.page.address.get("tab"),
            lambda tab: self.page.address.set(tab=tab),
        )
        self._say_which()
        await self._tabs.open()

    async def refresh(self, batch: Batch) -> None:
        """Update progress of a rescoring or study, and report publications by anybody."""
        await self._learn.hear(batch)
        await self._backtest.hear(batch)
        await self._review.hear(batch)
        for message in batch:
            if message.kind == "rescoring_progress":
                self._rescoring(message.payload.get("done", 0), message.payload.get("total", 0))
            elif message.payload.get("text") == "scorecard_published":
                await self._read_cards()
                await self._take_published()
            elif message.payload.get("status") == "done":
                await self._versions.read()

    def _rescoring(self, done: int, total: int) -> None:
        """Show progress from the publication until the last customer has the new score."""
        if not total:
            self.state.rescoring = Step(gettext("Rescoring everybody"))
        elif done < total:
            words = gettext("Rescoring: {done} of {total} customers").format(
                done=number(done), total=number(total)
            )
            self.state.rescoring = Step(words, done, total)
        else:
            self.state.rescoring = None

    async def _configuration(self) -> None:
        if not self.may:
            kit.note("Only managers and admins can change the scorecard; you can view and test it.")
        self._weights.draw()

    async def _changed(self) -> None:
        self._say_which()
        self._preview.mark_stale()

    def _say_which(self) -> None:
        opened, published, state = self._weights.opened, self._published, self.state
        state.subtitle = subtitle(published)
        state.is_other = published is None or opened.id != published.id
        state.can_publish = self.may and (state.is_other or self._weights.touched)
        state.can_close = published is not None
        state.which = which_is_open(opened, published)

    async def _asked_for(self) -> Published | None:
        """Return the version in the URL, unless its scorecard was removed."""
        wanted, there = self.page.address.get("version"), {"", *self._cards.names}
        found = await versions.versions(self.page.scope) if wanted else []
        ids = [
            one.id
            for one in found
            if str(one.version) == wanted and str(one.named_scorecard_id or "") in there
        ]
        return await versions.version(self.page.scope, ids[0]) if ids else None

    async def _read_cards(self) -> None:
        await self._cards.read()
        names, state = self._cards.names, self.state
        state.cards = {"": gettext(DEFAULT_NAME), **names}
        state.has_several = bool(names)

    def _name(self) -> str:
        """The name of the chosen scorecard; empty where there is only one."""
        return self.state.cards.get(str(self._card or ""), "") if self._cards.names else ""

    async def _picked(self, card: str | None) -> None:
        if card is not None and card != self.state.card:
            await self._choose(UUID(card) if card else None)

    async def _choose(self, card: UUID | None) -> None:
        """Work on this scorecard (None: the default one)."""
        self.state.card = str(card or "")
        read = self._openings.start("scorecard", card)
        published = await published_of(self.page.scope, card)
        opened = published or await newest_of(self.page.scope, card)
        if read.accept():
            await self._show(opened, published)

    async def _cards_changed(self) -> None:
        """One was added, changed, moved or removed."""
        await self._read_cards()
        await self._take_published()

    async def _open(self, version_id: UUID) -> None:
        """Open this version, which may be a learned one of another scorecard."""
        read = self._openings.start("version", version_id)
        opened = await versions.version(self.page.scope, version_id)
        published = await published_of(self.page.scope, opened.named_id)
        if read.accept():
            await self._show(opened, published)

    async def _show(self, opened: Published, published: Published | None) -> None:
        """Show this version in all tabs: weights, test, preview, back-test."""
        self._card, self._published = opened.named_id, published
        self.state.card = str(self._card or "")
        self._weights.open(opened)
        default = self._card is None and published is not None and opened.id == published.id
        self.page.address.set(version="" if default else str(opened.version))
        await self._changed()
        await self._tabs.open("configuration")
        await self._versions.read()
        await self._learn.read()
        await self._backtest.read()
        await self._review.read()

    async def _close(self) -> None:
        if self._published is not None:
            await self._open(self._published.id)

    async def _ask_to_publish(self) -> None:
        version, card, touched = self._weights.opened, self._weights.card, self._weights.touched
        name = self._name()
        with self.page.place:
            reason = await ask_sentence(
                *publish_question(None, name),
                "Why, in one sentence (for the history)",
                "Publish",
            )
        if reason:
            scope = await self.page.acting()
            if touched:
                draft = await versions.save_draft(
                    scope, card, why=reason, named_id=version.named_id
                )
                version = await versions.version(scope, draft.id)
            await self._publish(version.id, reason)
            kit.toast(is_published(version.version, name, again=False))

    async def _publish_version(self, version: versions.Version, reason: str) -> None:
        again, name = version.published_at is not None, self._name()
        await self._publish(version.id, reason)
        kit.toast(is_published(version.version, name, again=again))

    async def _publish(self, version_id: UUID, reason: str) -> None:
        card = self._card
        scope = await self.page.acting()
        self._rescoring(0, 0)
        try:
            await workflows.publish(scope, version_id, reason)
        except PulseError:
            self.state.rescoring = None
            raise
        await self._take_published()
        if self._card != card:  # another one was chosen meanwhile
            return
        opened = self._published or await newest_of(self.page.scope, self._card)
        self._weights.open(opened)
        self.page.address.set(version="" if self._card is None else str(opened.version))
        await self._changed()
        await self._backtest.read()

    async def _take_published(self) -> None:
        if self._card is not None and str(self._card) not in self._cards.names:
            await self._choose(None)  # somebody removed it
            return
        card = self._card
        read = self._publications.start(card)
        published = await published_of(self.page.scope, card)
        if read.accept() and card == self._card:
            self._published = published
            self._say_which()
        await self._versions.read()
        await self._review.read()  # a challenger that was published is no longer on offer
