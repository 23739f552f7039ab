import pytest

from ui.runtime.view_error_hints import explain


async def listing():
    return []


def test_a_forgotten_await_is_named_with_its_line():
    found = listing()
    with pytest.raises(AttributeError) as caught:
        len(found.rows)
    found.close()
    told = explain(caught.value)
    assert told.what.startswith("AttributeError: 'coroutine' object has no attribute")
    assert "test_view_error_hints.py, line" in told.where
    assert told.code == "len(found.rows)"
    assert "`await` is missing" in told.hint


def test_a_typing_error_is_shown_with_its_line():
    with pytest.raises(SyntaxError) as caught:
        compile("def x(:\n", "/somewhere/ui/pages/orders.py", "exec")
    told = explain(caught.value)
    assert (told.where, told.code) == ("ui/pages/orders.py, line 1", "def x(:")


def test_an_exception_never_raised_has_no_line():
    assert explain(RuntimeError("no idea")) == ("RuntimeError: no idea", "", "", "")
