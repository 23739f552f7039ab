"""Card rules: when a card is created, how many per day, in which tone."""

from typing import Any

import msgspec

from pulse.auth.settings.business_settings import set_section, settings_of
from pulse.cards import settings
from pulse.cards.drafting.salutation import SALUTATIONS
from pulse.cards.settings import CardRules
from pulse.cards.triggers import discover
from pulse.errors import Invalid
from ui import kit
from ui.kit.fields import number_field, select_field, text_area, tick
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.texts import gettext, marked

NUMBERS: dict[str, tuple[str, float, float, float]] = marked(
    {
        # field: (label, lowest, highest, step)
        "erosion_points": ("Erosion: points below the recent high", 1, 100, 1),
        "silence_days": ("Silence: days without activity", 7, 3650, 1),
        "renewal_days": ("Renewal: days ahead", 0, 365, 1),
        "customer_quiet_days": ("Days between two cards for one customer", 0, 365, 1),
        "cards_per_day": ("Cards a day, for the whole business", 0, 100_000, 1),
        "stale_after_days": ("Days until an unworked card is withdrawn", 1, 365, 1),
        "outcome_reminder_days": ("Days until an outcome is asked for", 1, 90, 1),
        "hold_out_share": ("Share held out to measure what outreach does", 0, 0.5, 0.01),
        "tokens_per_day": ("Model tokens a day", 0, 10_000_000, 1000),
    }
)


class RuleSettings:
    """A form for CardRules; saving replaces them and is audited."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def draw(self) -> None:
        """Read the rules and draw the form."""
        found = settings.read(await settings_of(self._page.scope))
        with kit.columns():
            with kit.panel("Which causes make a card", span=5), kit.stack():
                self._ticks = {
                    cause: tick(rule.label, cause not in found.switched_off, lambda _: None)
                    for cause, rule in discover().items()
                }
            with kit.panel("Limits", span=7), box("pl-form"):
                self._numbers = {
                    name: number_field(label, getattr(found, name), low=low, high=high, step=step)
                    for name, (label, low, high, step) in NUMBERS.items()
                }
            with kit.panel("Tone", "given to the model and kept by people"), kit.stack():
                self._model = tick(
                    "Let the model write drafts", found.model_enabled, lambda _: None
                )
                self._salutation = select_field("Openers greet by", SALUTATIONS, found.salutation)
                self._tone = text_area("Tone, in a sentence or two", found.tone, rows=2)
                house = "\n".join(found.house_rules)
                self._house = text_area("House rules, one a line", house, rows=3)
                text(gettext("For example: never mention discounts."), "pl-small pl-quiet")
        kit.Button("Save", self._save, kind="primary")

    async def _save(self) -> None:
        values: dict[str, Any] = {
            **{name: field.value for name, field in self._numbers.items()},
            "switched_off": [cause for cause, box_ in self._ticks.items() if not box_.value],
            "model_enabled": self._model.value,
            "salutation": self._salutation.value,
            "tone": (self._tone.value or "").strip(),
            "house_rules": [
                line.strip() for line in (self._house.value or "").splitlines() if line.strip()
            ],
        }
        kept = {**(await settings_of(self._page.scope)).get("cards", {}), **_whole(values)}
        try:
            msgspec.convert(kept, CardRules, strict=False)
        except msgspec.ValidationError as wrong:
            raise Invalid(gettext("This cannot be saved: {wrong}.").format(wrong=wrong)) from wrong
        await set_section(await self._page.acting(), "cards", kept)
        kit.toast("Saved. New cards follow these rules.")


def _whole(values: dict[str, Any]) -> dict[str, Any]:
    """Convert numbers without a fraction to integers."""
    return {
        key: int(value) if isinstance(value, float) and value.is_integer() else value
        for key, value in values.items()
    }
