"""Scorecard: weights to set, tried on one customer, previewed for all, published, rolled back."""

from pulse import loop
from pulse.access.roles import Role
from pulse.identity import versions
from pulse.identity.scorecards import Published
from ui import kit
from ui.kit.dialogs import ask, dialog, foot
from ui.kit.fields import text_area
from ui.kit.text import text
from ui.live import Batch
from ui.page import Page
from ui.pieces.score_preview import ScorePreview
from ui.pieces.score_test import ScoreTest
from ui.pieces.version_list import VersionList
from ui.pieces.weights import Weights
from ui.registry import view


@view("Scorecard", icon="tune", route="/scorecard", role=Role.csm, order=10, section="Set up")
async def show(page: Page) -> None:
    """One working copy under four tabs; nothing changes until it is published."""
    sheet = _Sheet(page)
    await sheet.draw()
    page.live.on(("notice", "rescoring_progress"), sheet.refresh)


class _Sheet:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.may = page.scope.role >= Role.manager

    async def draw(self) -> None:
        published = await self._in_force()
        self._title = kit.Title("Scorecard", _subtitle(published))
        with self._title.actions():
            self._publish = kit.Button("Publish …", self._ask_to_publish, kind="primary")
        self._progress = kit.note("")
        self._progress.set_visibility(False)
        self._weights = Weights(published, self._changed, may=self.may)
        self._test = ScoreTest(self.page, lambda: self._weights.card)
        self._preview = ScorePreview(self.page, lambda: self._weights.card)
        self._versions = VersionList(self.page, self._put_in_force)
        self._tabs = kit.Tabs(
            [
                ("configuration", "Configuration", self._configuration),
                ("test", "Test on one customer", self._test.draw),
                ("preview", "Preview for all", self._preview.draw),
                ("history", "History", self._versions.draw),
            ],
            self.page.address.get("tab"),
            lambda tab: self.page.address.set(tab=tab),
        )
        self._publish.enable(False)
        await self._tabs.open()

    async def refresh(self, batch: Batch) -> None:
        """Say how far a rescoring is; after a publication by anybody, say so."""
        for message in batch:
            if message.kind == "rescoring_progress":
                done, total = message.payload.get("done", 0), message.payload.get("total", 0)
                self._say(f"Rescoring: {done:,} of {total:,} customers", done < total)
            elif message.payload.get("text") == "scorecard_published":
                await self._versions.show()
                self._title.subtitle.set_text(_subtitle(await self._in_force()))

    async def _configuration(self) -> None:
        if not self.may:
            kit.note("Managers and admins change the scorecard; you can look and try.")
        self._weights.draw()

    async def _changed(self) -> None:
        self._publish.enable(self.may and self._weights.differs)
        self._preview.outdated()

    async def _in_force(self) -> Published:
        return await versions.in_force(self.page.scope)

    def _say(self, words: str, on: bool) -> None:
        self._progress.set_text(words)
        self._progress.set_visibility(on)

    async def _ask_to_publish(self) -> None:
        with self.page.place:
            with dialog("Publish this scorecard") as asked:
                text(
                    "Every customer is scored again. Changes that come from the scorecard are "
                    "marked as such and open no cards.",
                    "pl-quiet",
                    tag="p",
                )
                why = text_area("Why (for the history)", rows=2)
                foot(asked, "Publish", lambda: (why.value or "").strip() or "No reason given")
            reason = await ask(asked)
        if reason:
            scope = await self.page.acting()
            draft = await versions.save_draft(scope, self._weights.card, why=reason)
            await loop.publish(scope, draft.id, reason)
            await self._published(f"Version {draft.version} is in force.")

    async def _put_in_force(self, version: versions.Version) -> None:
        await loop.publish(await self.page.acting(), version.id, f"Back to v{version.version}")
        await self._published(f"Version {version.version} is in force again.")

    async def _published(self, words: str) -> None:
        kit.toast(words)
        published = await self._in_force()
        self._title.subtitle.set_text(_subtitle(published))
        self._weights.take(published)
        await self._versions.show()
        await self._changed()


def _subtitle(published: Published) -> str:
    origin = "learned from outcomes" if published.card.origin == "learned" else "set by hand"
    metrics = len(published.card.terms)
    return f"Version {published.version} in force, {origin}, {metrics} metrics"
