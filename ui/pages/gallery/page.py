"""/kit: every element of the kit on one page, each above its code, to copy from."""

import inspect
from textwrap import dedent

from ui import kit
from ui.pages.gallery import kit_samples, kit_tables
from ui.pages.gallery.kit_samples import Sample
from ui.runtime.page_context import Page
from ui.runtime.registry import view


@view("Kit", icon="widgets", route="/kit", order=900, hidden=True, demo_only=True)
async def gallery(page: Page) -> None:
    """Show every element once, with made-up figures."""
    kit.Title("Kit", "The pieces of the dashboard, each above its code, with made-up figures")
    with kit.columns():
        for heading, span, sample in [*kit_tables.SAMPLES, *kit_samples.SAMPLES]:
            await _show(page, heading, span, sample)


async def _show(page: Page, heading: str, span: int, sample: Sample) -> None:
    with kit.panel(heading, span=span), kit.stack():
        await sample(page)
        with kit.box(tag="details").props("open"):
            kit.text("Code", "pl-small pl-quiet", tag="summary")
            kit.text(code_of(sample), "pl-code", tag="pre").props("tabindex=0")


def code_of(sample: Sample) -> str:
    """Return the body of a sample as it would be in a view."""
    lines = inspect.getsource(sample).splitlines()
    start = next(at for at, line in enumerate(lines) if line.lstrip().startswith('"""')) + 1
    return dedent("\n".join(lines[start:])).strip()
