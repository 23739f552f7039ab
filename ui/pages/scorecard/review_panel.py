"""The monthly review of a scorecard: the published version and a challenger, and data drift."""

from collections.abc import Awaitable, Callable, Sequence
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
from ui.texts import gettext, mid_sentence, ngettext

BOTH = [
    kit.Column("name", "Scorecard"),
    kit.Column("auc", "ROC-AUC", "number"),
    kit.Column("ece", "Chances off by", "number"),
]
SWITCHES = [
    kit.Column("name", "Customer"),
    kit.Column("bands", "Band"),
    kit.Column("why", "Because of"),
    kit.Column("points", "Points", "number"),
]
EARLIER = [
    kit.Column("day", "Date"),
    kit.Column("version", "In force"),
    kit.Column("gain", "Difference of ROC-AUC", "number"),
    kit.Column("result", "Result"),
]


@binding.bindable_dataclass
class ReviewState:
    """State of the tab below the progress of the review."""

    shown: Sequence[FinishedReview] | None = None
    """The newest one, if there is one; None: not read yet."""
    earlier: Sequence[Row] = ()
    which: str = ""
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
                    "scorecard in force on the same customers; it looks how far their data have "
                    "drifted. Nobody's score changes: a better challenger becomes a draft."
                ),
                "pl-quiet",
                tag="p",
            )
            which = text("", "pl-strong-text", tag="p").bind_text_from(self._state, "which")
            which.bind_visibility_from(self._state, "which", backward=bool)
            if self._page.scope.may(Permission.edit_scorecard):
                button = kit.Button("Review now", self._ask, small=True, icon="fact_check")
                button.bind_enabled_from(
                    self._progress.state, "is_open", backward=lambda on: not on
                )
            self._progress.draw()
        found = kit.Items(
            self._draw_review,
            key=lambda one: one.id,
            nothing=lambda: kit.empty("Not reviewed yet", "The next review is on the first."),
            classes="pl-stack pl-stack--wide",
        )
        found.bind_items_from(self._state, "shown")
        with (
            box().bind_visibility_from(self._state, "earlier", backward=bool),
            kit.panel("Earlier reviews", flush=True),
        ):
            rows = kit.Table(EARLIER, label="Earlier reviews")
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
        which, read = _which(self._name()), self._reads.start(whose)
        await self._progress.follow(analyses.newest_of(scope, "review", whose))
        found = await review_job.finished_reviews(scope, whose)
        standing = await standing_offers(scope)
        if not read.accept():
            return
        state.shown, state.earlier = tuple(found[:1]), tuple(map(_line, found[1:]))
        state.which = which
        newest = found[0].id if found else None
        state.offer = next((one for one in standing if one.study_id == newest), None)

    async def _ask(self) -> None:
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
            self._contest(shown.draft_id, review, review.verdict)
        show_drift(review.drift)
        show_groups(review.groups)

    def _contest(self, draft: UUID | None, review: Review, found: Verdict) -> None:
        with kit.panel("Champion and challenger", _method(review, found)), kit.stack():
            kit.Table(BOTH, _sides(review, found), label="Champion and challenger")
            text(_difference(found), tag="p")
            for reason in found.against:
                text(gettext(from_text(reason)), tag="p")
            if draft is not None:
                with box("pl-row"):
                    kit.Button("Open the challenger", lambda: self._open(draft), kind="primary")
                    decline = kit.Button("Decline …", self._decline, kind="quiet")
                    decline.bind_visibility_from(self._state, "offer", backward=bool)
        names = gettext("{changes} of {of} customers would change band").format(
            changes=number(found.changes), of=number(found.of)
        )
        with kit.panel("Who would change band", names, flush=True):
            kit.Table(SWITCHES, _switches(found), label="Customers who would change band")


def _which(name: str) -> str:
    """Which scorecard is reviewed, and on whom; empty where there is only one."""
    return name and gettext(
        "Scorecard “{name}”: reviewed with the customers whom it scores, apart from the others."
    ).format(name=name)


def _line(one: FinishedReview) -> Row:
    """An earlier review in one line."""
    review, found = one.review, one.review.verdict
    offered = gettext("Offered as a draft") if one.draft_id else gettext("Not offered")
    return {
        "id": str(one.id),
        "day": day(one.finished_at.date()) if one.finished_at else "",
        "version": f"v{review.version}",
        "gain": gettext("{gain} ({low} to {high})").format(
            gain=format(found.gain, "+.3f"),
            low=format(found.low, "+.3f"),
            high=format(found.high, "+.3f"),
        )
        if found
        else "",
        "result": offered if found else gettext(review.why_not),
    }


def _method(review: Review, found: Verdict) -> str:
    meaning = mid_sentence(in_words(review.rule)) if review.rule else ""
    how = (
        gettext("at a later date than it learned from")
        if found.forward
        else gettext("fifth by fifth, unseen")
    )
    return gettext("left means {meaning}; {customers} customers, {how}").format(
        meaning=meaning, customers=number(found.customers), how=how
    )


def _sides(review: Review, found: Verdict) -> list[Row]:
    named = (
        (gettext("In force (v{version})").format(version=review.version), found.champion),
        (gettext("Challenger"), found.challenger),
    )
    return [
        {"id": name, "name": name, "auc": number(side.auc, 3), "ece": percent(side.ece, 1)}
        for name, side in named
    ]


def _difference(found: Verdict) -> str:
    gap = gettext("{gain}, between {low} and {high} with 95 % certainty").format(
        gain=format(found.gain, "+.3f"),
        low=format(found.low, "+.3f"),
        high=format(found.high, "+.3f"),
    )
    verdict = gettext("It is not offered") if found.against else gettext("It is offered as a draft")
    return gettext("The challenger's ROC-AUC differs by {gap}. {verdict}.{mixed}").format(
        gap=gap, verdict=verdict, mixed=_mixed(found)
    )


def _mixed(found: Verdict) -> str:
    """How much of the published scorecard the challenger keeps, or why it keeps nothing."""
    if found.champion_risers:
        return ngettext(
            " Nothing of the scorecard in force is mixed in, because by it {n} customer would rise "
            "by doing nothing. More customers may therefore change band at once.",
            " Nothing of the scorecard in force is mixed in, because by it {n} customers would "
            "rise by doing nothing. More customers may therefore change band at once.",
            found.champion_risers,
        ).format(n=number(found.champion_risers))
    if found.share == 1.0:
        return ""
    return gettext(
        " To change few bands at once, {share} of it is mixed with the scorecard in force."
    ).format(share=percent(found.share))


def _switches(found: Verdict) -> list[Row]:
    return [
        {
            "id": one.external_id,
            "name": one.name or one.external_id,
            "bands": f"{band_name(one.before)} → {band_name(one.after)}",
            "why": gettext(one.metric),
            "points": signed(one.points, 1),
        }
        for one in found.switches
    ]
