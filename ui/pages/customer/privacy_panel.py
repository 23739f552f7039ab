"""A customer's personal data: export as a file, or erase."""

from typing import Any
from urllib.parse import quote

from nicegui import ui

from pulse import clock
from pulse.auth.roles import Permission
from pulse.customers import privacy
from ui import kit
from ui.formatters import ago
from ui.kit.dialogs import ask, dialog, foot
from ui.kit.fields import text_field
from ui.kit.text import text
from ui.runtime.page_context import Page
from ui.texts import gettext


class PrivacyPanel:
    """Export for staff who work with customers; erasure for managers, after a confirmation."""

    def __init__(self, page: Page, known: dict[str, Any]) -> None:
        self._page, self._id = page, known["external_id"]
        asked = known["erasure_asked_at"]
        if asked:
            words = gettext("The customer asked for erasure {asked}.").format(
                asked=ago(asked, clock.now())
            )
            kit.note(words, "warn")
        text(
            gettext("All data about this customer. Export and erasure go to the audit log."),
            "pl-quiet",
        )
        with kit.row():
            if page.scope.may(Permission.export_data):
                kit.Button("Export data", self._export, icon="download", small=True)
            if page.scope.may(Permission.erase_customers):
                kit.Button("Erase …", self._erase, kind="bad", small=True)

    async def _export(self) -> None:
        await self._page.confirmed()
        with self._page.place:
            ui.download(f"/export/customers/{quote(self._id)}.json")

    async def _erase(self) -> None:
        with self._page.place:
            with dialog("Erase this customer?") as asked:
                text(
                    gettext(
                        "Profile, events, scores, cards and notes are deleted permanently; "
                        "counts stay. This cannot be undone."
                    ),
                    "pl-quiet",
                    tag="p",
                )
                typed = text_field(gettext("Type {id} to confirm").format(id=self._id)).props(
                    "autofocus"
                )
                reason = text_field("Reason, for the audit log")
                foot(asked, "Erase", lambda: (typed.value, reason.value), "bad")
            answer = await ask(asked)
        if answer is None:
            return
        if (answer[0] or "").strip() != self._id:
            kit.toast("Not erased: the text you typed is not the customer's id.", tone="bad")
            return
        await privacy.erase(await self._page.acting(), self._id, answer[1] or "")
        with self._page.place:
            ui.navigate.to("/customers")
