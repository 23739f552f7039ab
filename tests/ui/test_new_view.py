import ast

import pytest

from pulse.errors import Conflict, Invalid
from ui.new_view import new_view


def test_a_view_and_its_test_are_written_once(tmp_path):
    view, test = new_view("big_spenders", tmp_path)
    assert '"/big-spenders"' in view.read_text()
    assert "Big spenders" in test.read_text()
    for path in (view, test):
        ast.parse(path.read_text())
    with pytest.raises(Conflict):
        new_view("big_spenders", tmp_path)


@pytest.mark.parametrize("name", ["Orders", "1st", "a/b", "", "x"])
def test_a_name_that_is_no_module_is_refused(tmp_path, name):
    with pytest.raises(Invalid):
        new_view(name, tmp_path)


def test_what_it_writes_passes_our_own_checks(tmp_path):
    view, _ = new_view("orders", tmp_path)
    text = view.read_text()
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.startswith('"""')
