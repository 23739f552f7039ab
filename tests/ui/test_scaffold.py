import ast

import pytest
from click.testing import CliRunner

from pulse.cli import main
from pulse.errors import Conflict, Invalid
from ui.scaffold import new_view


def test_a_view_and_its_test_are_created_once(tmp_path):
    view, test, title, route = new_view("big_spenders", tmp_path)
    assert (title, route) == ("Big spenders", "/big-spenders")
    assert '"/big-spenders"' in view.read_text()
    assert "Big spenders" in test.read_text()
    for path in (view, test):
        ast.parse(path.read_text())
    with pytest.raises(Conflict):
        new_view("big_spenders", tmp_path)


def test_an_existing_route_is_refused(tmp_path):
    with pytest.raises(Conflict, match="is the page Queue"):
        new_view("queue", tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["Orders", "1st", "a/b", "", "x"])
def test_a_name_that_is_no_module_is_refused(tmp_path, name):
    with pytest.raises(Invalid):
        new_view(name, tmp_path)


def test_a_valid_name_is_proposed(tmp_path):
    with pytest.raises(Invalid, match="big_spenders"):
        new_view("Big-Spenders", tmp_path)


def test_generated_files_pass_our_checks(tmp_path):
    text = new_view("orders", tmp_path).view.read_text()
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.startswith('"""')


def test_the_command_writes_both_files_and_says_where_the_view_stands(tmp_path):
    (tmp_path / "ui" / "pages").mkdir(parents=True)
    done = CliRunner().invoke(main, ["new-view", "big_spenders", "--folder", str(tmp_path)])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "“Big spenders” will be in the side bar at /big-spenders" in done.stdout
    assert (tmp_path / "ui" / "pages" / "big_spenders.py").exists()
    assert (tmp_path / "tests" / "ui" / "test_big_spenders.py").exists()


def test_the_command_refuses_a_folder_that_is_no_checkout(tmp_path):
    done = CliRunner().invoke(main, ["new-view", "orders", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: Views live in a checkout of Pulse")
    assert not list(tmp_path.iterdir())
