"""Custom fields: column types set by the business for its lists."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import binding

from pulse.imports import custom_fields
from pulse.tabular.guesses.declared import CustomField
from ui import kit
from ui.kit.dialogs import ask, dialog, foot
from ui.kit.fields import select_field, text_field
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

TYPES = marked({
    "text": "text", "number": "number", "currency": "amount of money", "date": "date",
    "yes_no": "yes or no", "choice": "choice", "phone": "phone number", "email": "e-mail",
    "url": "web address",
})  # fmt: skip


@binding.bindable_dataclass
class FieldsState:
    """State of the panel."""

    fields: Sequence[CustomField] = ()


class CustomFields:
    """The list of custom fields, and a form to set one."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._state = FieldsState()
        self._reads = ReadOrder()
        self._kind = "text"

    async def draw(self) -> None:
        """Read the fields and draw the panel."""
        await self._read()
        with kit.panel("Custom fields", "read as set here in every list", flush=True):
            fields = kit.Items(self._line, key=lambda field: field.name, nothing=_nothing)
            fields.bind_items_from(self._state, "fields")
        kit.Button("New field …", self._make, kind="quiet")

    async def _read(self) -> None:
        read = self._reads.start()
        fields = await custom_fields.list_custom_fields(self._page.scope)
        if read.accept():
            self._state.fields = tuple(fields)

    def _line(self, field: CustomField) -> None:
        with box("pl-item"):
            with box("pl-grow"):
                text(field.name, "pl-strong-text", tag="div")
                said = gettext(TYPES[field.type]) + (
                    f": {', '.join(field.choices)}" * bool(field.choices)
                )
                text(said, "pl-small pl-quiet", tag="div")
            kit.Button("Remove", self._removing(field), kind="quiet", small=True)

    def _removing(self, field: CustomField) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            await custom_fields.remove_custom_field(await self._page.acting(), field.name)
            await self._read()

        return act

    async def _make(self) -> None:
        self._kind = "text"
        with self._page.place:
            with dialog("New custom field") as asked:
                name = text_field("Name of the column")
                select_field("Type", TYPES, "text", self._choose)
                choices = text_field(
                    "Choices, separated by commas", placeholder="for a choice only"
                )
                foot(asked, "Set field", lambda: (name.value or "", choices.value or ""))
            answer = await ask(asked)
        if answer:
            said = tuple(word.strip() for word in answer[1].split(",") if word.strip())
            kind: Any = self._kind
            field = CustomField(answer[0], kind, said if kind == "choice" else ())
            await custom_fields.set_custom_field(await self._page.acting(), field)
            await self._read()

    async def _choose(self, kind: str) -> None:
        self._kind = kind


def _nothing() -> None:
    text(
        gettext("None: Pulse judges each column by its name and values."),
        "pl-quiet pl-item",
        tag="p",
    )
