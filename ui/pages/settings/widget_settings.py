"""The widget's texts for customers, and what its launcher shows."""

import msgspec

from pulse.auth.settings.business_settings import set_section, settings_of
from pulse.contexts import widget_settings
from pulse.contexts.widget_settings import LONGEST_BOND, SECTION, WidgetSettings
from pulse.errors import Invalid
from ui import kit
from ui.kit.fields import Select, labelled, number_field, text_field
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.texts import gettext, marked

LAUNCHERS = marked({"mark": "A symbol", "number": "The customer's number"})


class WidgetForm:
    """A form for WidgetSettings; saving replaces them and is audited."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def draw(self) -> None:
        """Read the settings and draw the form."""
        found = widget_settings.read(await settings_of(self._page.scope))
        with kit.panel("Widget", "what customers read and see"), box("pl-form"):
            self._bond = text_field("Your own word for the strength", found.bond)
            text(
                gettext(
                    "For example: Your Lantern circle. Empty: “Your bond with us”, in the "
                    "customer's language."
                ),
                "pl-small pl-quiet",
            )
            with labelled("The closed widget shows"):
                self._launcher = Select("Launcher", LAUNCHERS, found.launcher)
            self._hours = number_field(
                "Hours until somebody answers “I’m stuck” (0: no promise)",
                found.answer_hours,
                low=0,
                high=720,
                step=1,
            )
        kit.Button("Save", self._save, kind="primary")

    async def _save(self) -> None:
        bond = (self._bond.value or "").strip()
        if len(bond) > LONGEST_BOND:
            raise Invalid(
                gettext("The word has at most {longest_bond} characters.").format(
                    longest_bond=LONGEST_BOND
                ),
                field="bond",
            )
        values = WidgetSettings(
            bond=bond,
            launcher=self._launcher.value or "mark",
            answer_hours=int(self._hours.value or 0),
        )
        await set_section(await self._page.acting(), SECTION, msgspec.structs.asdict(values))
        kit.toast("Saved. Widgets follow at their next visit.")
