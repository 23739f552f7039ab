import ast

import pytest

from ui import kit
from ui.pages.gallery import kit_samples, kit_tables
from ui.pages.gallery.page import code_of

SAMPLES = [*kit_tables.SAMPLES, *kit_samples.SAMPLES]
CODE = [code_of(sample) for _, _, sample in SAMPLES]
NOT_DRAWN_ALONE = {"Panel", "panel", "Title", "columns", "stack", "box", "Slice", "Ask"}


@pytest.mark.parametrize("code", CODE)
def test_the_code_of_a_sample_can_be_copied(code):
    inside = code.replace("\n", "\n    ")
    (view,) = ast.parse(f"async def show(page):\n    {inside}").body
    assert isinstance(view, ast.AsyncFunctionDef)
    assert view.body


def test_every_element_of_the_kit_is_shown():
    shown = "\n".join(CODE)
    assert not {name for name in kit.__all__ if f"kit.{name}" not in shown} - NOT_DRAWN_ALONE
