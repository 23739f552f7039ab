"""Audit log: who changed what, when, with before and after."""

from typing import Any
from uuid import UUID

from pulse import clock
from pulse.access.audit import AuditEntry, areas, entries
from pulse.access.roles import Role
from ui import kit
from ui.formatters import ago, clock_time, label
from ui.kit.fields import search_field, select_field
from ui.kit.text import box, text
from ui.page import Page
from ui.registry import view

PAGE = 40


@view("Audit log", icon="history", route="/audit", role=Role.manager, order=60, section="Set up")
async def show(page: Page) -> None:
    """The newest entries, narrowed by words and by area."""
    kit.Title("Audit log", "Who changed what, when, and why")
    log = _Log(page)
    await log.draw()


class _Log:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._search = page.address.get("search")
        self._area = page.address.get("area")
        self._last: UUID | None = None

    async def draw(self) -> None:
        choices = {"": "Everything"} | {one: label(one) for one in await areas(self._page.scope)}
        with kit.panel(flush=True):
            with box("pl-tools"):
                search_field("Search person or subject", self._search, self._searched)
                select_field("Area", choices, self._area, self._narrowed)
            self._list = box()
            with box("pl-pager"):
                self._more = kit.Button("Show more", self._read_on, small=True)
        await self._from_start()

    async def _searched(self, words: str) -> None:
        self._search = words
        self._page.address.set(search=words)
        await self._from_start()

    async def _narrowed(self, area: str) -> None:
        self._area = area or ""
        self._page.address.set(area=self._area)
        await self._from_start()

    async def _from_start(self) -> None:
        self._last = None
        self._list.clear()
        await self._read_on()

    async def _read_on(self) -> None:
        found = await entries(
            self._page.scope,
            search=self._search,
            action=self._area,
            before=self._last,
            limit=PAGE,
        )
        with self._list:
            if not found and self._last is None:
                kit.empty("Nothing here", "Changes by people and programs will be listed here.")
            for entry in found:
                self._entry(entry)
        self._last = found[-1].id if found else self._last
        self._more.element.set_visibility(len(found) == PAGE)

    def _entry(self, entry: AuditEntry) -> None:
        with box("pl-item"):
            kit.Badge(label(entry.action.replace(".", ": ")))
            with box("pl-grow"):
                who = entry.actor.get("name") or entry.actor.get("kind", "")
                text(f"{who} · {entry.subject}", tag="p")
                change = _difference(entry.before, entry.after)
                detail = " · ".join(part for part in (change, entry.reason) if part)
                if detail:
                    text(detail, "pl-small pl-quiet", tag="p")
            moment = text(ago(entry.created_at, clock.now()), "pl-small pl-quiet", tag="time")
            moment.props["title"] = clock_time(entry.created_at, self._page.zone)


def _difference(before: Any, after: Any) -> str:
    """What changed, in one line: 'csm → manager', or the keys that differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [key for key in after if before.get(key) != after.get(key)]
        return "; ".join(
            f"{label(k)}: {_shown(before.get(k))} → {_shown(after[k])}" for k in keys[:4]
        )
    if before is None:
        return f"→ {_shown(after)}" if after is not None else ""
    return f"{_shown(before)} → {_shown(after)}"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{label(str(key))} {_shown(one)}" for key, one in list(value.items())[:4])
    return str(value)[:80]
