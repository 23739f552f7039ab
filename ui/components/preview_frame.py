"""The real widget of one customer in a frame, and the word that nothing in it is sent."""

from pulse.errors import Invalid
from ui import kit
from ui.kit.text import box
from ui.runtime.page_context import Page
from ui.widget_preview import address_of, token_for


async def as_customer(page: Page, external_id: str, name: str) -> None:
    """Draw it; where the business has no secret to sign with, say so instead.

    Raises NotFound for a customer who is gone, NotAllowed for a role below csm.
    """
    try:
        await token_for(page.scope, external_id)
    except Invalid:
        kit.empty(
            "No secret to sign with",
            "The preview needs a shared secret of this business. Make one under Install widget: "
            "Rotate the secret.",
        )
        return
    frame = box("pl-as-customer", tag="iframe")
    frame.props["src"] = address_of(external_id)
    frame.props["title"] = f"The widget as {name} sees it"
    kit.note(
        "This is a preview: what is tapped in it is not sent and vanishes again, celebrations stay "
        "unspent, and it does not count as the customer’s visit."
    )


class ShownAsWidget:
    """A button that opens the widget itself below the words, and puts it away again."""

    def __init__(self, page: Page, external_id: str, name: str) -> None:
        self._page, self._id, self._name = page, external_id, name
        self._open = False
        with kit.row():
            self._button = kit.Button("Show the widget itself", self._turn, small=True)
        self._place = box("pl-stack")

    async def _turn(self) -> None:
        self._open = not self._open
        self._place.clear()
        self._button.set_label("Hide" if self._open else "Show the widget itself")
        if self._open:
            with self._place:
                await as_customer(self._page, self._id, self._name)
