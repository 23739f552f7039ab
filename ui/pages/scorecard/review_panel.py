"""The monthly review of a scorecard: the version in force and a challenger, and data drift."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from uuid import UUID

from nicegui import binding

from pulse.auth.roles import Permission
from pulse.i18n.sentences import from_text
from pulse.jobs import analyses
from pulse.learning.outcome_options import in_words
from pulse.learning.review import offers, review_job
from pulse.learning.review.contest import Verdict
from pulse.learning.review.offers import Offer, standing_offers
from pulse.learning.review.review_job import FinishedReview, Review
from ui import kit
from ui.components.job_progress import JobProgress
from ui.formatters import day, number, percent, signed
from ui.kit.badges import band_name
from ui.kit.dialogs import ask_sentence
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.pages.scorecard.review_findings import show_drift, show_groups
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, ngettext

COMPARISON_COLUMNS = [
    kit.Column("name", "Scorecard"),
    kit.Column("auc", "ROC-AUC", "number"),
    kit.Column("ece", "Chances off by", "number"),
]
SWITCH_COLUMNS = [
    kit.Column("name", "Customer"),
    kit.Column("bands", "Band"),
    kit.Column("why", "Because of"),
    kit.Column("points", "Points", "number"),
]
EARLIER_COLUMNS = [
    kit.Column("day", "Date"),
    kit.Column("version", "In force"),
    kit.Column("gain", "Difference of ROC-AUC", "number"),
    kit.Column("result", "Result"),
]


@binding.bindable_dataclass
class ReviewState:
    """State of the tab below the progress of the review."""

    shown: Sequence[FinishedReview] | None = None
    """The newest finished review, or none; None until it has been read."""
    earlier: Sequence[Row] = ()
    heading: str = ""
    offer: Offer | None = None
    """The challenger of the newest review, while it is neither published nor declined."""


class ReviewPanel:
    """The reviews of the scorecard `whose` names, and a button to start one.

    Args:
        whose: gives the chosen scorecard; None: the default one.
        name: gives its name; empty where there is only one.
    """

    def __init__(
        self,
        page: Page,
        open_version: Callable[[UUID], Awaitable[None]],
        whose: Callable[[], UUID | None],
        name: Callable[[], str],
    ) -> None:
        self._page, self._open, self._whose, self._name = page, open_version, whose, name
        self._progress = JobProgress("review", self.read, whose)
        self._state = ReviewState()
        self._reads = ReadOrder()
        self._drawn = False

    async def draw(self) -> None:
        """Draw the panel and the last review."""
        with kit.panel("Monthly review", "on the first of each month"):
            text(
                gettext(
                    "Pulse learns a challenger from the newest outcomes and compares it with the "
                    "scorecard in force on the same customers. It also checks how far their data "
                    "have drifted. The review changes no score: a better challenger becomes a "
                    "draft."
                ),
                "pl-quiet",
                tag="p",
            )
            heading = text("", "pl-strong-text", tag="p").bind_text_from(self._state, "heading")
            heading.bind_visibility_from(self._state, "heading", backward=bool)
            if self._page.scope.may(Permission.edit_scorecard):
                button = kit.Button("Review now", self._start_review, small=True, icon="fact_check")
                button.bind_enabled_from(
                    self._progress.state, "is_open", backward=lambda on: not on
                )
            self._progress.draw()
        newest = kit.Items(
            self._draw_review,
            key=lambda one: one.id,
            nothing=lambda: kit.empty("Not reviewed yet", "The next review is on the first."),
            classes="pl-stack pl-stack--wide",
        )
        newest.bind_items_from(self._state, "shown")
        with (
            box().bind_visibility_from(self._state, "earlier", backward=bool),
            kit.panel("Earlier reviews", flush=True),
        ):
            rows = kit.Table(EARLIER_COLUMNS, label="Earlier reviews")
            rows.bind_rows_from(self._state, "earlier")
        self._drawn = True
        await self.read()

    async def hear(self, batch: Batch) -> None:
        """Handle progress of a review started by anybody."""
        if self._drawn:
            await self._progress.hear(batch)

    async def read(self) -> None:
        """Read the reviews of the chosen scorecard, once the tab was opened."""
        if not self._drawn:
            return
        scope, whose, state = self._page.scope, self._whose(), self._state
        heading, read = _heading(self._name()), self._reads.start(whose)
        await self._progress.follow(analyses.newest_of(scope, "review", whose))
        reviews = await review_job.finished_reviews(scope, whose)
        standing = await standing_offers(scope)
        if not read.accept():
            return
        state.shown, state.earlier = tuple(reviews[:1]), tuple(map(_earlier_row, reviews[1:]))
        state.heading = heading
        newest = reviews[0].id if reviews else None
        state.offer = next((one for one in standing if one.study_id == newest), None)

    async def _start_review(self) -> None:
        whose = self._whose()
        scope = await self._page.acting()
        await review_job.enqueue_review(scope, whose)
        await self._progress.follow(analyses.newest_of(scope, "review", whose))

    async def _decline(self) -> None:
        offer = self._state.offer
        if offer is None:
            return
        with self._page.place:
            why = await ask_sentence(
                gettext("Decline version {version}").format(version=offer.version),
                "It stays among the versions, and the next review compares a new challenger.",
                "Why, in one sentence (for the history)",
                "Decline",
            )
        if why:
            await offers.decline(await self._page.acting(), offer.study_id, why)
            await self.read()

    def _draw_review(self, shown: FinishedReview) -> None:
        review = shown.review
        for alarm in review.alarms:
            kit.note(gettext(alarm), "warn")
        if review.verdict is None:
            kit.empty("No challenger this time", gettext(review.why_not))
        else:
            self._draw_contest(shown.draft_id, review, review.verdict)
        show_drift(review.drift)
        show_groups(review.groups)

    def _draw_contest(self, draft: UUID | None, review: Review, verdict: Verdict) -> None:
        with kit.panel("Scorecard in force and challenger", _method(verdict)), kit.stack():
            rows = _comparison_rows(review, verdict)
            kit.Table(COMPARISON_COLUMNS, rows, label="Scorecard in force and challenger")
            for sentence in _findings(review, verdict):
                text(sentence, tag="p")
            if draft is not None:
                with box("pl-row"):
                    kit.Button("Open the challenger", lambda: self._open(draft), kind="primary")
                    decline = kit.Button("Decline …", self._decline, kind="quiet")
                    decline.bind_visibility_from(self._state, "offer", backward=bool)
        changes_in_words = ngettext(
            "{changes} of {of} customer would change band",
            "{changes} of {of} customers would change band",
            verdict.of,
        ).format(changes=number(verdict.changes), of=number(verdict.of))
        with kit.panel("Who would change band", changes_in_words, flush=True):
            rows = _switch_rows(verdict)
            kit.Table(SWITCH_COLUMNS, rows, label="Customers who would change band")


def _heading(name: str) -> str:
    """Which scorecard is reviewed, and on whom; empty where there is only one."""
    return name and gettext(
        "Scorecard “{name}”: reviewed with the customers whom it scores, apart from the others."
    ).format(name=name)


def _earlier_row(one: FinishedReview) -> Row:
    """An earlier review in one row."""
    review, verdict = one.review, one.review.verdict
    offered = gettext("Offered as a draft") if one.draft_id else gettext("Not offered")
    return {
        "id": str(one.id),
        "day": day(one.finished_at.date()) if one.finished_at else "",
        "version": f"v{review.version}",
        "gain": gettext("{gain} ({low} to {high})").format(**_gain(verdict)) if verdict else "",
        "result": offered if verdict else gettext(review.why_not),
    }


def _gain(verdict: Verdict) -> dict[str, str]:
    """By how much the challenger's ROC-AUC is higher, and the 95 % interval, with signs."""
    return {name: signed(getattr(verdict, name), 3) for name in ("gain", "low", "high")}


def _method(verdict: Verdict) -> str:
    """On whom both were compared, and what the challenger had learned from."""
    if verdict.forward:
        said = ngettext(
            "Compared on {n} customer, at a later date than the challenger learned from",
            "Compared on {n} customers, at a later date than the challenger learned from",
            verdict.customers,
        )
    else:
        said = ngettext(
            "Compared on {n} customer, scored by a challenger that had learned from others only",
            "Compared on {n} customers, each scored by a challenger that had learned from others "
            "only",
            verdict.customers,
        )
    return said.format(n=number(verdict.customers))


def _comparison_rows(review: Review, verdict: Verdict) -> list[Row]:
    named = (
        (gettext("In force (v{version})").format(version=review.version), verdict.champion),
        (gettext("Challenger"), verdict.challenger),
    )
    return [
        {"id": name, "name": name, "auc": number(side.auc, 3), "ece": percent(side.ece, 1)}
        for name, side in named
    ]


def _findings(review: Review, verdict: Verdict) -> Iterator[str]:
    """The results of the comparison, one sentence each."""
    if review.rule:
        yield gettext("Left means: {meaning}.").format(meaning=gettext(in_words(review.rule)))
    yield gettext(
        "The challenger's ROC-AUC differs by {gain} from that of the scorecard in force (95 % "
        "interval: {low} to {high})."
    ).format(**_gain(verdict))
    if verdict.against:
        yield gettext("The challenger is not offered.")
    else:
        yield gettext("The challenger is offered as a draft.")
    for reason in verdict.against:
        yield gettext(from_text(reason))
    if mixture := _mixture(verdict):
        yield mixture


def _mixture(verdict: Verdict) -> str:
    """The shares of both scorecards in the offered one, or why that in force has none.

    Empty where nothing is mixed in because few would change band anyway.
    """
    if verdict.champion_risers:
        return ngettext(
            "The scorecard in force would raise {n} customer who does nothing, so no part of it is "
            "mixed in. More customers may therefore change band at once.",
            "The scorecard in force would raise {n} customers who do nothing, so no part of it is "
            "mixed in. More customers may therefore change band at once.",
            verdict.champion_risers,
        ).format(n=number(verdict.champion_risers))
    if verdict.share == 1.0:
        return ""
    share = round(verdict.share, 2)
    return gettext(
        "To change few bands at once, the challenger is mixed: {share} newly learned, {rest} from "
        "the scorecard in force."
    ).format(share=percent(share), rest=percent(1 - share))


def _switch_rows(verdict: Verdict) -> list[Row]:
    return [
        {
            "id": one.external_id,
            "name": one.name or one.external_id,
            "bands": f"{band_name(one.before)} → {band_name(one.after)}",
            "why": gettext(one.metric),
            "points": signed(one.points, 1),
        }
        for one in verdict.switches
    ]
