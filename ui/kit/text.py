"""Text as semantic HTML elements, and plain boxes with our own classes."""

from typing import Any, Self

from nicegui import binding, ui
from nicegui.elements.mixins.text_element import TextElement


class Text(TextElement):
    """A text in a semantic HTML tag; `set_text` changes it in place."""

    def __init__(self, content: str, tag: str) -> None:
        super().__init__(tag=tag, text=content)


class Link(Text):
    """A link whose text (`text`) and URL (`href`) are bindable."""

    href = binding.BindableProperty(on_change=lambda made, href: attribute(made, "href", href))

    def __init__(self, content: str, href: str) -> None:
        super().__init__(content, "a")
        self.href = href
        self.props["href"] = href

    def bind_href_from(self, state: Any, name: str) -> Self:
        """Bind the URL to this attribute of a bindable dataclass."""
        binding.bind_from(self, "href", state, name)
        return self


def text(content: str, classes: str = "", *, tag: str = "span") -> Text:
    """Draw text; markup in it is shown, never interpreted."""
    made = Text(content, tag)
    if classes:
        made.classes(classes)
    return made


def box(classes: str = "", *, tag: str = "div") -> ui.element:
    """A container to fill with `with`."""
    made = ui.element(tag)
    if classes:
        made.classes(classes)
    return made


def row(classes: str = "") -> ui.element:
    """Children side by side, wrapping on narrow screens."""
    return box(f"pl-row {classes}".strip())


def stack(classes: str = "") -> ui.element:
    """Children in a column."""
    return box(f"pl-stack {classes}".strip())


def link(content: str, href: str, classes: str = "pl-link") -> Link:
    """Draw a link: within Pulse without a reload, or to another site."""
    made = Link(content, href)
    made.classes(classes)
    return made


def swap_class(element: ui.element, old: str, new: str) -> None:
    """Replace one class by another; sends nothing when nothing changes."""
    if old != new:
        element.classes(remove=old, add=new)


def attribute(element: ui.element, name: str, value: Any) -> None:
    """Set one HTML attribute or component property; sends nothing when nothing changes."""
    if element.props.get(name) != value:
        element.props[name] = value
