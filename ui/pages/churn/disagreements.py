"""Whom model and strength see differently: three lists, and one customer explained by both."""

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.errors import NotFound
from pulse.learning.churn import queries
from pulse.learning.churn.queries import Fitted, Opinion, Seen, Side
from pulse.scoring.history.score_history import full_picture
from pulse.scoring.queries import Picture
from ui import kit
from ui.components.customer_rows import address_of
from ui.components.factor_chart import Why
from ui.formatters import number, percent
from ui.kit.fields import search_field
from ui.kit.picklist import Picklist
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.pages.churn.churn_charts import STEPS, waterfall
from ui.runtime.page_context import Page

TITLES: dict[Side, str] = {
    "only_model": "Only the model",
    "only_strength": "Only strength",
    "both": "Both",
}
ADVICE: dict[Side, str] = {
    "only_model": "Well by strength, but the model expects them to leave: talk to them before "
    "strength shows it, or see what strength should weigh.",
    "only_strength": "Weak by strength, but the model is calm: strength may be too strict with "
    "them, look before a card is written.",
    "both": "Weak by strength, and the model expects them to leave: the surest cases.",
}


class ChurnSides:
    """Lists at the left, the chosen customer at the right; any other can be looked up."""

    def __init__(self, page: Page, fitted: Fitted) -> None:
        self.page, self.fitted = page, fitted
        asked = page.address.get("side")
        self.side = _side(asked)
        self._seen: dict[str, Seen] = {}
        self._chosen = ""

    async def draw(self) -> None:
        """The lists and the place beside them; opens the customer of the address."""
        titles: dict[str, str] = {
            side: f"{words} {number(self.fitted.counts[side])}" for side, words in TITLES.items()
        }
        with kit.row("pl-row--between"):
            kit.Segments(titles, self.side, self._change_side, label="List")
            search_field("Any customer", "", self._search, width=220)
        self._advice = text("", "pl-small pl-quiet", tag="p")
        with box("pl-queue"):
            with kit.panel(flush=True), box("pl-queue__list"):
                self._list = Picklist(self._pick, label="Customers")
                self._none = kit.empty("Nobody", "The model and the score agree here.")
            self._place = box("pl-stack pl-stack--wide")
        await self.refresh()
        asked = self.page.address.get("customer")
        await self._open(asked or next(iter(self._seen), ""))

    async def refresh(self) -> None:
        """Strengths of now; the order is the study's."""
        found = await queries.listed(self.page.scope, self.side, self.fitted.report)
        self._seen = {one.external_id: one for one in found}
        self._list.show([_row(one) for one in found])
        self._list.element.set_visibility(bool(found))
        self._none.set_visibility(not found)
        self._advice.set_text(ADVICE[self.side])

    async def _change_side(self, side: str) -> None:
        self.side = _side(side)
        self.page.address.set(side=side)
        await self.refresh()
        await self._pick(next(iter(self._seen), ""))

    async def _search(self, words: str) -> None:
        if not words.strip():
            return
        chosen = CustomerFilter(search=words)
        found = await repository.listing(self.page.scope, chosen, sort="name", limit=1)
        if found.rows:
            await self._pick(found.rows[0].external_id)
        else:
            kit.toast("No customer matches: search by the beginning of a word.")

    async def _pick(self, external_id: str) -> None:
        self.page.address.set(customer=external_id)
        await self._open(external_id)

    async def _open(self, external_id: str) -> None:
        """Read first, then draw at once: of two quick choices only the last is shown."""
        self._chosen = external_id
        self._list.mark(external_id if external_id in self._seen else "")
        found = await self._read(external_id)
        if self._chosen != external_id:
            return
        self._place.clear()
        with self._place:
            if found is None:
                kit.empty("No customer chosen", "Choose a customer to see both explanations.")
            else:
                _model_panel(external_id, *found[:2])
                _strength_panel(found[2])

    async def _read(self, external_id: str) -> tuple[str, Opinion | None, Picture] | None:
        scope = self.page.scope
        try:
            known = await repository.customer(scope, external_id)
        except NotFound:
            return None
        said = await queries.opinion(scope, external_id, self.fitted.report)
        return known["name"] or external_id, said, await full_picture(scope, external_id)


def _model_panel(external_id: str, name: str, opinion: Opinion | None) -> None:
    with kit.panel(f"{name}: the model", "from the usual chance of leaving, in points") as made:
        with made.head:
            kit.link("Open the customer", address_of(external_id), "pl-link pl-small")
        if opinion is None:
            kit.empty(
                "The model has no prediction for this customer",
                "They have left already, or have not been active for too long to compare.",
            )
        else:
            height = 70 + 27 * (min(len(opinion.parts), STEPS) + 3)
            kit.Chart(waterfall(opinion), height=height, label="Why the model says so")


def _strength_panel(picture: Picture) -> None:
    with kit.panel("Identity strength", "from the average customer, in points"):
        if picture.identity.identity_strength is None:
            kit.empty("Not scored yet", "Nothing is known that the scorecard weighs.")
        else:
            Why(picture.identity.base, picture.factors)


def _side(word: str) -> Side:
    return next((one for one in TITLES if one == word), "only_model")


def _row(one: Seen) -> Row:
    because = ", ".join(f"{part.label}: {part.value}" for part in one.because)
    return {
        "id": one.external_id,
        "title": one.name or one.external_id,
        "badge": one.band or "",
        "badge_tone": one.band or "",
        "text": because or one.owner or "",
        "score": percent(one.leaving),
        "score_change": "",
        "score_direction": "same",
    }
