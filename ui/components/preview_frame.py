"""The real widget of one customer in a frame, with a note that nothing is sent."""

from typing import Any, NamedTuple, Self

from nicegui import binding, ui

from pulse.auth.scope import Scope
from pulse.errors import Invalid
from ui import kit
from ui.components.customer_rows import scorecard_name
from ui.kit.text import attribute, box
from ui.runtime.page_context import Page
from ui.texts import gettext
from ui.widget_preview import address_of, token_for


class Frame(NamedTuple):
    """Whose widget is shown: its URL ("" without a signing secret) and title."""

    src: str
    title: str


async def frame_of(scope: Scope, external_id: str, name: str) -> Frame:
    """Return the frame of this customer.

    Raises NotFound for a customer who does not exist, NotAllowed for a role below csm.
    """
    try:
        await token_for(scope, external_id)
    except Invalid:
        return Frame("", "")
    return Frame(address_of(external_id), gettext("The widget as {name} sees it").format(name=name))


def not_shown(scorecard: str | None) -> str:
    """Return which scorecard made the widget's score; empty where there is only one."""
    if not scorecard:
        return ""
    return gettext("Scorecard “{name}” (the widget does not name it)").format(
        name=scorecard_name(scorecard)
    )


class WidgetFrame(ui.element):
    """The widget in a frame, or why it cannot be shown. `frame` is bindable; None hides it."""

    frame = binding.BindableProperty(on_change=lambda made, _: made._write())

    def __init__(self) -> None:
        super().__init__("div")
        self.classes("pl-stack")
        with self:
            self._frame = box("pl-as-customer", tag="iframe")
            self._note = kit.note(
                "This is a preview: taps are not sent, celebrations are not used up, and it "
                "does not count as a visit of the customer."
            )
            self._no_secret = kit.empty(
                "No secret to sign with",
                "The preview needs a shared secret of this business. Make one under Install "
                "widget: Rotate the secret.",
            )
        self.frame = None
        self._write()

    def bind_frame_from(self, state: Any, name: str) -> Self:
        """Bind to this attribute of a bindable dataclass."""
        binding.bind_from(self, "frame", state, name)
        return self

    def _write(self) -> None:
        signed = bool(self.frame and self.frame.src)
        self.set_visibility(self.frame is not None)
        self._frame.set_visibility(signed)
        self._note.set_visibility(signed)
        self._no_secret.set_visibility(not signed)
        if self.frame and signed:
            attribute(self._frame, "src", self.frame.src)
            attribute(self._frame, "title", self.frame.title)


@binding.bindable_dataclass
class FrameState:
    """Whether the widget is shown, and the label of the button."""

    label: str = "Show the widget itself"
    frame: Frame | None = None


class WidgetPreview:
    """A button that shows the widget below the text and removes it again."""

    def __init__(self, page: Page, external_id: str, name: str) -> None:
        self._page, self._id, self._name = page, external_id, name
        self._state = FrameState()
        with kit.row():
            button = kit.Button(self._state.label, self._turn, small=True)
            button.bind_label_from(self._state, "label")
        self._place = kit.Items(_draw_frame, key=lambda frame: frame.src)
        self._place.bind_items_from(
            self._state, "frame", backward=lambda frame: (frame,) if frame else ()
        )

    async def _turn(self) -> None:
        """Toggle the frame; a hidden iframe would keep running, so it is removed."""
        state = self._state
        if state.frame is None:
            state.frame = await frame_of(self._page.scope, self._id, self._name)
        else:
            state.frame = None
        state.label = gettext("Hide") if state.frame else gettext("Show the widget itself")


def _draw_frame(frame: Frame) -> None:
    WidgetFrame().frame = frame
