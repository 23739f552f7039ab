"""The keys that sign customer tokens: rotate the secret, add a public key, retire one."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import binding

from pulse import clock
from pulse.auth.signing_keys import KeyListed, add_public_key, list_keys, retire_key, rotate_secret
from ui import kit
from ui.components.copy_dialog import show_once
from ui.formatters import ago
from ui.kit.dialogs import ask, confirm, dialog, foot
from ui.kit.fields import text_area
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext


@binding.bindable_dataclass
class SigningKeysState:
    """State of the panel."""

    keys: Sequence[KeyListed] = ()


class SigningKeys:
    """The list of keys; two secrets may be active, so that servers can change without a gap."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._state = SigningKeysState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Read the keys and draw the panel."""
        await self._read()
        with kit.panel("5. Signing keys", "two secrets at most are live", flush=True):
            with box("pl-tools"):
                kit.Button("New secret …", self._rotate, icon="autorenew")
                kit.Button("Add a public key …", self._add, kind="quiet")
            keys = kit.Items(self._line, key=lambda key: key.kid)
            keys.bind_items_from(self._state, "keys")

    async def _read(self) -> None:
        read = self._reads.start()
        keys = await list_keys(self._page.scope)
        if read.accept():
            self._state.keys = tuple(keys)

    def _line(self, key: KeyListed) -> None:
        with box("pl-item pl-person"):
            with box("pl-grow"):
                text(gettext("kid {kid}").format(kid=key.kid), "pl-strong-text", tag="div")
                made = ago(key.created_at, clock.now())
                text(
                    gettext("{algorithm}, made {made}").format(algorithm=key.algorithm, made=made),
                    "pl-small pl-quiet",
                    tag="div",
                )
            if key.retired_at:
                kit.Badge("retired")
            else:
                kit.Badge("live", "good")
                kit.Button("Retire …", self._retiring(key), kind="quiet", small=True)

    def _retiring(self, key: KeyListed) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            with self._page.place:
                sure = await confirm(
                    gettext("Retire the key {kid}?").format(kid=key.kid),
                    "Tokens signed with it are refused from now on.",
                    "Retire",
                    "bad",
                )
            if sure:
                await retire_key(await self._page.acting(), key.kid)
                await self._read()

        return act

    async def _rotate(self) -> None:
        with self._page.place:
            sure = await confirm(
                "Create a new secret?",
                "The previous secret stays active; an older one is retired.",
                "New secret",
            )
        if sure:
            made = await rotate_secret(await self._page.confirmed())
            await self._read()
            with self._page.place:
                await show_once(
                    gettext("The secret of kid {kid}").format(kid=made.kid), made.secret
                )

    async def _add(self) -> None:
        with self._page.place:
            with dialog("Add a public key", wide=True) as asked:
                pem = text_area("PEM: RSA, P-256 or Ed25519", rows=7)
                foot(asked, "Add", lambda: pem.value)
            answer = await ask(asked)
        if answer:
            await add_public_key(await self._page.confirmed(), str(answer))
            await self._read()
