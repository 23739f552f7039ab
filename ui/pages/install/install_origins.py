"""The pages that may show the widget: an allow-list of origins."""

from pulse.auth.settings.business_settings import set_origins
from ui import kit
from ui.kit.fields import text_area
from ui.kit.text import text
from ui.runtime.page_context import Page
from ui.texts import gettext


class Origins:
    """One origin per line; saving validates each."""

    def __init__(self, page: Page) -> None:
        self._page = page
        with kit.panel("4. Who may embed it", "allowed origins"), kit.stack():
            known = "\n".join(sorted(page.business.allowed_origins))
            self._field = text_area("Allowed origins, one a line", known, rows=4)
            text(
                gettext("Exactly as the browser sends it, e.g. https://shop.example.com"),
                "pl-small pl-quiet",
            )
            kit.Button("Save", self._save)

    async def _save(self) -> None:
        written = self._field.value or ""
        kept = await set_origins(await self._page.acting(), written.splitlines())
        if self._field.value == written:  # else somebody types on
            self._field.value = "\n".join(kept)
        kit.toast("Saved. Other pages are refused within seconds.")
