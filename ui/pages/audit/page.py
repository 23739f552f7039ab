"""Audit log: who changed what, when, with before and after."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import binding, ui

from pulse import clock
from pulse.auth.audit import AuditEntry, areas, entries
from pulse.auth.audit_labels import Named, audit_labels
from pulse.auth.roles import Permission
from ui import kit
from ui.components.customer_rows import address_of
from ui.formatters import ago, clock_time
from ui.kit.fields import Select, search_field
from ui.kit.text import box, text
from ui.pages.audit.words import action_words, area_words, code_words, field_words
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.texts import gettext

PAGE = 40


@binding.bindable_dataclass
class AuditState:
    """State of the page; elements are bound to it."""

    entries: Sequence[tuple[AuditEntry, Named | None]] = ()
    more: bool = False


@view(
    "Audit log",
    icon="history",
    route="/audit",
    permission=Permission.read_audit,
    order=60,
    section="Set up",
)
async def show(page: Page) -> None:
    """Show the newest entries, filtered by text and area."""

    async def export() -> None:
        await page.confirmed()
        with page.place:
            ui.download("/export/security-events.csv")

    with kit.Title("Audit log", "Who changed what, when, and why").actions():
        kit.Button("Export security events", export, icon="download", kind="quiet")
    await _Log(page).draw()


class _Log:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._search = page.address.get("search")
        self._area = page.address.get("area")
        self.state = AuditState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        choices = {"": gettext("Everything")} | {
            one: area_words(one) for one in await areas(self._page.scope)
        }
        await self._read_first()
        with kit.panel(flush=True):
            with box("pl-tools"):
                search_field("Search person or subject", self._search, self._on_search)
                Select("Area", choices, self._area, self._on_area)
            entries = kit.Items(self._entry, key=lambda one: one[0].id, nothing=_nothing)
            entries.bind_items_from(self.state, "entries")
            with box("pl-pager").bind_visibility_from(self.state, "more"):
                kit.Button("Show more", self._read_more, small=True)

    async def _on_search(self, words: str) -> None:
        self._search = words
        self._page.address.set(search=words)
        await self._read_first()

    async def _on_area(self, area: str) -> None:
        self._area = area or ""
        self._page.address.set(area=self._area)
        await self._read_first()

    async def _read_first(self) -> None:
        read = self._reads.start(self._search, self._area)
        found, more = await self._page_of(before=None)
        if read.accept():
            self.state.entries, self.state.more = found, more

    async def _read_more(self) -> None:
        shown = self.state.entries
        read = self._reads.start(self._search, self._area)
        found, more = await self._page_of(before=shown[-1][0].id if shown else None)
        if read.accept():
            self.state.entries, self.state.more = (*shown, *found), more

    async def _page_of(
        self, before: UUID | None
    ) -> tuple[tuple[tuple[AuditEntry, Named | None], ...], bool]:
        """Return entries older than this one with their objects, and whether there may be more."""
        found = await entries(
            self._page.scope, search=self._search, action=self._area, before=before, limit=PAGE
        )
        names = await audit_labels(self._page.scope, [entry.subject for entry in found])
        return tuple((one, names.get(one.subject)) for one in found), len(found) == PAGE

    def _entry(self, shown: tuple[AuditEntry, Named | None]) -> None:
        entry, subject = shown
        zone = self._page.zone
        with box("pl-item"):
            kit.Badge(action_words(entry.action))
            with box("pl-grow"):
                who = entry.actor.get("name") or code_words(entry.actor.get("kind", ""))
                with box("pl-row", tag="p"):
                    text(who)
                    _draw_subject(entry.subject, subject)
                change = _difference(entry.before, entry.after, zone)
                told = code_words(entry.reason) in change  # e.g. the reason for dismissing a card
                detail = (
                    change if told else " · ".join(filter(None, (change, code_words(entry.reason))))
                )
                if detail:
                    text(detail, "pl-small pl-quiet", tag="p")
            moment = text(ago(entry.created_at, clock.now()), "pl-small pl-quiet", tag="time")
            moment.props["title"] = clock_time(entry.created_at, zone)


def _nothing() -> None:
    kit.empty("Nothing here", "Changes by people and programs will be listed here.")


def _draw_subject(written: str, subject: Named | None) -> None:
    if subject is None:
        text(written, "pl-quiet")
    elif subject.kind == "import":
        kit.link(subject.words, "/imports")
    else:
        kit.link(subject.words, address_of(subject.external_id))


def _difference(before: Any, after: Any, zone: ZoneInfo) -> str:
    """Return the change in one line: 'csm → manager', or the keys that differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [key for key in after if before.get(key) != after.get(key)]
        values = {key: (before.get(key), after[key]) for key in keys[:4]}
        return "; ".join(
            f"{field_words(key)}: {_format_value(was, zone)} → {_format_value(now, zone)}"
            for key, (was, now) in values.items()
        )
    if before is None:
        return f"→ {_format_value(after, zone)}" if after not in (None, {}) else ""
    return f"{_format_value(before, zone)} → {_format_value(after, zone)}"


def _format_value(value: Any, zone: ZoneInfo) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, dict):
        pairs = list(value.items())[:4]
        return ", ".join(
            f"{field_words(str(key))} {_format_value(one, zone)}" for key, one in pairs
        )
    if isinstance(value, list):
        return ", ".join(_format_value(one, zone) for one in value[:10])
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return clock_time(datetime.fromisoformat(value), zone)
    return code_words(str(value))[:80]


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)")
