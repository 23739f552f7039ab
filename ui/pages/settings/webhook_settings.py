"""Outgoing webhooks: endpoints, their secret, deliveries, and sending again."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import binding, ui

from pulse import clock
from pulse.webhooks import endpoints
from pulse.webhooks.endpoints import Delivery, Endpoint
from ui import kit
from ui.components.copy_dialog import show_once
from ui.formatters import ago, label, plural
from ui.kit.dialogs import ask, confirm, dialog, foot
from ui.kit.fields import text_field, tick
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext

TONES = {
    "delivered": "good",
    "failed": "bad",
    "given_up": "bad",
    "waiting": "warn",
    "active": "good",
    "disabled": "bad",
}
UNDER_WAY = ("waiting", "failed")  # not final: will be tried, or tried again
LOOK_AGAIN_SECONDS = 1.0
MOST_LOOKS = 60


@binding.bindable_dataclass
class WebhooksState:
    """State of the tab: the endpoints, and the deliveries of the open one."""

    endpoints: Sequence[Endpoint] = ()
    heading: str = "Deliveries"
    deliveries: Sequence[Delivery] = ()


class WebhookSettings:
    """The endpoints and, for one of them, the list of deliveries."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._state = WebhooksState()
        self._open: Endpoint | None = None
        self._looks = 0
        self._reads, self._logs = ReadOrder(), ReadOrder()

    async def draw(self) -> None:
        """Read the endpoints and draw both panels."""
        await self._read()
        with kit.row("pl-row--between"):
            text(gettext("Pulse sends signed events to your systems."), "pl-quiet")
            kit.Button("New webhook …", self._make, icon="webhook", kind="primary")
        with kit.panel("Webhooks", flush=True):
            listed = kit.Items(self._line, key=lambda one: one.id, nothing=_no_webhook)
            listed.bind_items_from(self._state, "endpoints")
        with kit.panel("Deliveries", "newest first", flush=True) as made:
            made.bind_heading_from(self._state, "heading")
            log = kit.Items(self._delivery, key=lambda one: one.id, nothing=self._no_delivery)
            log.bind_items_from(self._state, "deliveries")
        ui.timer(LOOK_AGAIN_SECONDS, self._look_again)

    async def _read(self) -> None:
        read = self._reads.start()
        found = await endpoints.listed(self._page.scope)
        if not read.accept():
            return
        self._state.endpoints = tuple(found)
        here = self._open.id if self._open else None
        chosen = next((one for one in found if one.id == here), found[0] if found else None)
        await self._deliveries(chosen)

    async def _look_again(self) -> None:
        """Check the status while a delivery is in progress, for a limited time."""
        if self._looks > 0 and self._open:
            await self._read_log(self._open, self._looks - 1)

    def _line(self, one: Endpoint) -> None:
        with box("pl-item"):
            with box("pl-grow"):
                text(one.url, "pl-strong-text pl-clip", tag="div")
                named = ", ".join(label(kind) for kind in one.event_kinds)
                about = (
                    one.description or gettext("No description"),
                    named or gettext("everything"),
                )
                text(" · ".join(about), "pl-small pl-quiet")
                if one.disabled_reason:
                    text(gettext(one.disabled_reason), "pl-small pl-bad", tag="div")
            kit.Badge(label(one.status), TONES.get(one.status, ""))
            kit.Button("Log", self._acting(one, self._deliveries), kind="quiet", small=True)
            kit.Button("Test", self._acting(one, self._test), kind="quiet", small=True)
            words = gettext("Pause") if one.status == "active" else gettext("Resume")
            kit.Button(words, self._acting(one, self._turn), kind="quiet", small=True)
            kit.Button("Secret …", self._acting(one, self._rotate), kind="quiet", small=True)
            kit.Button("Remove …", self._acting(one, self._remove), kind="quiet", small=True)

    def _acting(
        self, one: Endpoint, act: Callable[[Endpoint], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        async def pressed() -> None:
            await act(one)

        return pressed

    async def _deliveries(self, one: Endpoint | None) -> None:
        """Open the list of this endpoint's deliveries."""
        self._open, self._looks = one, 0
        self._state.heading = (
            gettext("Deliveries to {url}").format(url=one.url) if one else gettext("Deliveries")
        )
        if one is None:
            self._logs.start(None)
            self._state.deliveries = ()
        else:
            await self._read_log(one, MOST_LOOKS)

    async def _read_log(self, one: Endpoint, looks: int) -> None:
        """Show the deliveries; look again at most so many times, while one is in progress."""
        read = self._logs.start(one.id)
        found = await endpoints.deliveries(self._page.scope, one.id, limit=30)
        if read.accept():
            self._state.deliveries = tuple(found)
            waits = any(delivery.status in UNDER_WAY for delivery in found)
            self._looks = looks if waits else 0

    @staticmethod
    def _no_delivery() -> None:
        kit.empty("Nothing delivered yet", "Press Test to send a first event.")

    def _delivery(self, delivery: Delivery) -> None:
        async def once_more() -> None:
            await endpoints.replay(await self._page.acting(), delivery.id)
            kit.toast("Sent again.")
            await self._deliveries(self._open)

        with box("pl-item"):
            kit.Badge(label(delivery.status), TONES.get(delivery.status, ""))
            with box("pl-grow"):
                text(label(delivery.event_kind), tag="div")
                code = (
                    gettext("HTTP {last_code}").format(last_code=delivery.last_code)
                    if delivery.last_code
                    else ""
                )
                again = gettext("once more") if delivery.replay_of else ""
                tries = plural(delivery.attempts, "try", "tries")
                parts = [again, code, delivery.last_problem, tries]
                text(" · ".join(part for part in parts if part), "pl-small pl-quiet", tag="div")
            text(ago(delivery.created_at, clock.now()), "pl-small pl-quiet")
            kit.Button("Again", once_more, kind="quiet", small=True)

    async def _test(self, one: Endpoint) -> None:
        await endpoints.send_test(await self._page.acting(), one.id)
        kit.toast("A test event is on its way.")
        await self._deliveries(one)

    async def _turn(self, one: Endpoint) -> None:
        active = one.status != "active"
        await endpoints.update(await self._page.acting(), one.id, active=active)
        kit.toast("Deliveries resume." if active else "Paused: nothing is sent there.")
        await self._read()

    async def _rotate(self, one: Endpoint) -> None:
        with self._page.place:
            sure = await confirm(
                "Create a new secret?",
                "The old one signs too for a day, so that you can change it without a gap.",
                "New secret",
            )
        if sure:
            secret = await endpoints.rotate_secret(await self._page.confirmed(), one.id)
            with self._page.place:
                await show_once(gettext("The webhook's new secret"), secret)

    async def _remove(self, one: Endpoint) -> None:
        with self._page.place:
            sure = await confirm("Remove this webhook?", one.url, "Remove", "bad")
        if sure:
            await endpoints.remove(await self._page.acting(), one.id)
            await self._read()

    async def _make(self) -> None:
        with self._page.place:
            with dialog("New webhook") as asked:
                url = text_field("Address", placeholder="https://example.com/pulse", kind="url")
                what = text_field("What is it for?")
                ticks = {
                    # Sign-ins and secrets are for other recipients than customer events: opt-in
                    # only.
                    kind: tick(label(kind), kind != "security", lambda _: None)
                    for kind in endpoints.KINDS
                }
                foot(
                    asked,
                    "Add",
                    lambda: (url.value, [k for k in ticks if ticks[k].value], what.value),
                )
            answer = await ask(asked)
        if answer:
            scope = await self._page.confirmed()
            made = await endpoints.create(scope, answer[0] or "", answer[1], answer[2] or "")
            await self._read()
            with self._page.place:
                await show_once(
                    gettext("The webhook's secret"), await endpoints.secret(scope, made.id)
                )


def _no_webhook() -> None:
    kit.empty("No webhook yet", "Add the address of a system that should receive events.")
