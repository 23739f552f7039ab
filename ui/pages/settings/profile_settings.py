"""The business's name, currency, language and time zone."""

from zoneinfo import available_timezones

from pulse.auth.settings.business_settings import set_profile
from pulse.i18n.identity_phrases import LANGUAGES
from ui import kit
from ui.kit.fields import Select, labelled, select_field, text_field
from ui.kit.text import box
from ui.runtime.page_context import Page


class ProfileSettings:
    """A form for the profile; admins only."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def draw(self) -> None:
        """The form."""
        business = self._page.business
        zones = {name: name for name in sorted(available_timezones())}
        with kit.panel("Business"), box("pl-form"):
            self._name = text_field("Name", business.name)
            self._currency = text_field("Currency (three letters)", business.currency)
            with labelled("Language of customers, unless known"):
                self._locale = Select("Language", LANGUAGES, business.locale)
            self._zone = select_field("Time zone", zones, business.time_zone)
            self._zone.props("use-input input-debounce=0")
        kit.Button("Save", self._save, kind="primary")

    async def _save(self) -> None:
        await set_profile(
            await self._page.acting(),
            name=self._name.value or "",
            currency=self._currency.value or "",
            locale=self._locale.value or "en",
            time_zone=self._zone.value or "UTC",
        )
        kit.toast("Saved. Reload to see it everywhere.")
