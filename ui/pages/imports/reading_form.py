"""How the whole file is read: kind of list, sheet, header, encoding, dates, numbers."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from pulse.imports.import_settings import ImportSettings
from pulse.imports.preview import Examination
from pulse.tabular.formats.encodings import CHOICES
from ui.kit.fields import select_field, text_field
from ui.kit.text import box
from ui.texts import gettext, marked

KINDS = marked({"": "found by Pulse", "customers": "customers", "events": "what customers did"})
DECIMALS = marked({"": "found by Pulse", ".": "point: 1,234.5", ",": "comma: 1.234,5"})
ORDERS = marked({"": "found by Pulse", "dmy": "day, month, year", "mdy": "month, day, year",
          "ymd": "year, month, day"})  # fmt: skip
BLANKS = marked({"": "keep the stored value", "clear": "clear the value"})
SEPARATORS = marked({"": "found by Pulse", ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"})
FIRST_LINES = 10
ZONES = ("UTC", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Warsaw",
         "Europe/Istanbul", "America/New_York", "America/Chicago", "America/Denver",
         "America/Los_Angeles", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata",
         "Asia/Shanghai", "Asia/Tokyo", "Asia/Seoul", "Australia/Sydney")  # fmt: skip


class ReadingForm:
    """The settings; `changed` is awaited with them after each change."""

    def __init__(
        self,
        found: Examination,
        wanted: ImportSettings,
        changed: Callable[[ImportSettings], Awaitable[None]],
    ) -> None:
        self._wanted, self._changed = wanted, changed
        with box("pl-reading"):
            self._choice(gettext("Kind of list"), "kind", KINDS)
            if len(found.file.sheets) > 1:
                sheets = {name: name for name in found.file.sheets}
                self._choice(gettext("Sheet"), "sheet", sheets, found.file.sheet)
            self._choice(gettext("Header row"), "header_row", _header_rows())
            if not found.file.typed:
                encodings = {
                    "": gettext("found: {encoding}").format(encoding=found.file.encoding),
                    **CHOICES,
                }
                self._choice(gettext("Encoding"), "encoding", encodings)
                self._choice(gettext("Separator"), "separator", SEPARATORS)
            self._choice(gettext("Date order"), "date_order", ORDERS)
            self._choice(gettext("Decimal mark"), "decimal", DECIMALS)
            self._choice(
                gettext("Time zone"),
                "time_zone",
                {"": gettext("the business's"), **{z: z for z in ZONES}},
            )
            self._choice(gettext("Blank cells"), "blanks", BLANKS)
            left = ", ".join(wanted.leaving or _leaving(found))
            words = text_field("Words that mean “left”", left, placeholder="found by Pulse")
            words.on("blur", lambda: self._leaving(words.value or "", left))
            named = found.mapping.source or wanted.source
            field = text_field("Name of this kind of list", named, placeholder="by its columns")
            field.on("blur", lambda: self._named(field.value or ""))

    def _choice(self, label: str, field: str, choices: dict[Any, str], value: Any = None) -> None:
        chosen = getattr(self._wanted, field) if value is None else value
        if field == "header_row" and chosen is None:
            chosen = -1
        select_field(label, choices, chosen, self._setter(field))

    async def _named(self, name: str) -> None:
        if name.strip() != self._wanted.source:
            self._wanted = msgspec.structs.replace(self._wanted, source=name.strip()[:120])
            await self._changed(self._wanted)

    async def _leaving(self, said: str, before: str) -> None:
        if said.strip() == before:
            return
        words = tuple(word.strip() for word in said.split(",") if word.strip())
        self._wanted = msgspec.structs.replace(self._wanted, leaving=words)
        await self._changed(self._wanted)

    def _setter(self, field: str) -> Callable[[Any], Awaitable[None]]:
        async def changed(value: Any) -> None:
            said = None if field == "header_row" and value == -1 else value
            self._wanted = msgspec.structs.replace(self._wanted, **{field: said})
            await self._changed(self._wanted)

        return changed


def _leaving(found: Examination) -> tuple[str, ...]:
    label = found.mapping.label
    return label.leaving if label else ()


def _header_rows() -> dict[Any, str]:
    lines = {line: gettext("line {line}").format(line=line) for line in range(1, FIRST_LINES + 1)}
    return {-1: gettext("found by Pulse"), 0: gettext("there is none"), **lines}
