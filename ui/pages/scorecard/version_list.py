"""The versions of the scorecard: date, author, reason; publish an older one again."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from nicegui import binding

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.errors import NotFound
from pulse.scoring import versions
from pulse.scoring.scorecard_store import Published
from pulse.scoring.versions import Version
from ui import kit
from ui.formatters import ago
from ui.kit.dialogs import ask_sentence
from ui.kit.text import box, link, text
from ui.pages.scorecard.version_words import publish_question
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

TONES = {"published": "good", "draft": "accent", "retired": ""}
WORDS = marked({"published": "published", "draft": "draft", "retired": "retired"})
DECLINED = marked("declined")
"""The word for a draft that was retired without having been published."""

NO_REASON = "—"
"""Shown when a program published without a reason."""


@binding.bindable_dataclass
class VersionsState:
    """State of the tab."""

    versions: Sequence[Version] = ()


class VersionList:
    """Newest first, of the scorecard `whose` names; managers may publish an older one again."""

    def __init__(
        self,
        page: Page,
        publish: Callable[[Version, str], Awaitable[None]],
        open_version: Callable[[UUID], Awaitable[None]],
        whose: Callable[[], UUID | None],
        name: Callable[[], str],
    ) -> None:
        self._page, self._publish, self._open = page, publish, open_version
        self._whose, self._name = whose, name
        self._state = VersionsState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Read the versions and draw the panel."""
        await self.read()
        with kit.panel("Versions", flush=True):
            lines = kit.Items(self._line, key=lambda one: one.id)
            lines.bind_items_from(self._state, "versions")

    async def read(self) -> None:
        """Read the versions and assign them to the state."""
        whose = self._whose()
        read = self._reads.start(whose)
        found = await versions.versions(self._page.scope)
        if read.accept():
            self._state.versions = tuple(one for one in found if one.named_scorecard_id == whose)

    def _line(self, one: Version) -> None:
        with box("pl-item pl-person pl-item--acts"):
            kit.Badge(f"v{one.version}", TONES.get(one.status, ""))
            with box("pl-grow"):
                text(one.note or NO_REASON, tag="p")
                when = ago(one.published_at or one.created_at, clock.now())
                origin = gettext(one.origin.replace("_", " "))
                if one.published_by:
                    when = gettext("{when} by {who}").format(when=when, who=one.published_by)
                words = f"{gettext(_word(one))} · {origin} · {when}"
                text(words, "pl-small pl-quiet", tag="p")
            card = link(gettext("Model card"), f"/export/model-card/{one.id}.html")
            card.props["download"] = gettext("model-card-v{version}.html").format(
                version=one.version
            )
            kit.Button("Open", self._opening(one), kind="quiet", small=True)
            if one.status != "published" and self._page.scope.may(Permission.edit_scorecard):
                kit.Button("Publish …", self._asking(one), small=True)

    def _opening(self, one: Version) -> Callable[[], Awaitable[None]]:
        return lambda: self._open(one.id)

    def _asking(self, one: Version) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            heading, effect = publish_question(one.version, self._name())
            with self._page.place:
                reason = await ask_sentence(
                    heading,
                    effect,
                    "Why, in one sentence (for the history)",
                    "Publish",
                )
            if reason:
                await self._publish(one, reason)

        return act


def _word(one: Version) -> str:
    was_published = one.published_at is not None
    return WORDS[one.status] if was_published or one.status != "retired" else DECLINED


async def published_of(scope: Scope, card: UUID | None) -> Published | None:
    """The published version of this scorecard (None: the default one); None for a new one."""
    try:
        return await versions.published_version(scope, card)
    except NotFound:
        if card is None:
            raise
        return None


async def newest_of(scope: Scope, card: UUID | None) -> Published:
    """The newest version of this scorecard."""
    found = await versions.versions(scope)
    ids = [one.id for one in found if one.named_scorecard_id == card]
    return await versions.version(scope, ids[0])
