"""API keys of the business's programs: created and shown once, listed, revoked."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import binding

from pulse import clock
from pulse.auth.api_keys import (
    KEY_SCOPES,
    ApiKeyListed,
    create_api_key,
    list_api_keys,
    revoke_api_key,
)
from ui import kit
from ui.components.copy_dialog import show_once
from ui.formatters import ago
from ui.kit.dialogs import ask, confirm, dialog, foot
from ui.kit.fields import text_field, tick
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

MEANINGS = marked(
    {
        "read": "read customers and cards",
        "write": "act on cards, import lists",
        "ingest": "send data",
        "erase": "erase customers, take imports back",
        "admin": "manage webhooks",
    }
)


@binding.bindable_dataclass
class KeysState:
    """State of the tab."""

    keys: Sequence[ApiKeyListed] = ()


class KeySettings:
    """The list of keys, and creating one."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._state = KeysState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Read the keys and draw the panel."""
        await self._read()
        with kit.row("pl-row--between"):
            text(gettext("Programs send data and read cards with a key."), "pl-quiet")
            kit.Button("New key …", self._make, icon="vpn_key", kind="primary")
        with kit.panel("API keys", flush=True):
            keys = kit.Items(self._line, key=lambda key: key.id, nothing=_nothing)
            keys.bind_items_from(self._state, "keys")

    async def _read(self) -> None:
        read = self._reads.start()
        keys = await list_api_keys(self._page.scope)
        if read.accept():
            self._state.keys = tuple(keys)

    def _line(self, key: ApiKeyListed) -> None:
        with box("pl-item"):
            with box("pl-grow"):
                text(key.name, "pl-strong-text", tag="div")
                used = (
                    ago(key.last_used_at, clock.now())
                    if key.last_used_at
                    else gettext("never used")
                )
                words = gettext("pulse_sk_{prefix}… · {join} · {used}").format(
                    prefix=key.prefix, join=", ".join(key.scopes), used=used
                )
                text(words, "pl-small pl-quiet", tag="div")
            if key.revoked_at:
                kit.Badge("revoked")
            else:
                kit.Button("Revoke …", self._revoking(key), kind="quiet", small=True)

    def _revoking(self, key: ApiKeyListed) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            with self._page.place:
                sure = await confirm(
                    gettext("Revoke “{name}”?").format(name=key.name),
                    "Programs that use it are refused from now on.",
                    "Revoke",
                    "bad",
                )
            if sure:
                await revoke_api_key(await self._page.acting(), key.id)
                await self._read()

        return act

    async def _make(self) -> None:
        with self._page.place:
            with dialog("New API key") as asked:
                name = text_field("Which program is it for?")
                ticks = {
                    one: tick(f"{one}: {gettext(MEANINGS[one])}", one == "ingest", lambda _: None)
                    for one in KEY_SCOPES
                }
                foot(
                    asked, "Create key", lambda: (name.value, [s for s in ticks if ticks[s].value])
                )
            answer = await ask(asked)
        if answer:
            secret = await create_api_key(await self._page.confirmed(), answer[0] or "", answer[1])
            await self._read()
            with self._page.place:
                await show_once(gettext("Your new API key"), secret)


def _nothing() -> None:
    kit.empty("No key yet", "Create a key for each program that uses Pulse.")
