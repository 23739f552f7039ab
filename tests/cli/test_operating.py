"""Messages of the command: one sentence per mistake, findings of the doctor, no migration."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from pulse.auth.scope import Scope
from pulse.db.migrate import known_migrations
from tests.cli.test_commands import pulse as pulse

NEWEST = max(known_migrations())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("serve", "--port", "70000"), "70000 is not in the range 0<=x<=65535"),
        (("openapi", "/nowhere/file.json"), "/nowhere/file.json cannot be written: No such file"),
        (("backup", "/proc/no"), "The backup cannot be written there"),
        (("business", "add", "b", "--name", "B", "--origin", "shop"), "“shop” is not an origin"),
        (("new-view", "class"), "“class” is a word of Python itself: try class_page."),
    ],
)
async def test_each_mistake_gives_a_one_sentence_error(
    pulse: Any, words: tuple[str, ...], sentence: str
):
    code, out, err = await pulse(*words)
    assert code != 0
    assert sentence in err
    assert "Traceback" not in out + err


async def test_an_unusable_data_folder_gives_a_one_sentence_error(pulse: Any, tmp_path: Path):
    (tmp_path / "file").write_text("")
    more = {"PULSE_DATA_DIR": str(tmp_path / "file" / "data"), "PULSE_SECRET": ""}
    code, _, err = await pulse("serve", "--port", "0", **more)
    assert code == 1
    assert "cannot be used: Not a directory" in err
    assert "Traceback" not in err


async def test_commands_run_no_migration(pulse: Any, database: dict[str, Any], shop: Scope):
    owner = await asyncpg.connect(**database)
    await owner.execute("UPDATE migration SET name = 'hidden' WHERE name = $1", NEWEST)
    try:
        code, _, err = await pulse("token", "--business", "shop", "--customer", "c1")
        assert code == 1
        assert f"waits for 1 migrations (the first is {NEWEST}): run `pulse migrate`" in err
        assert await owner.fetchval("SELECT count(*) FROM migration WHERE name = $1", NEWEST) == 0
    finally:
        await owner.execute("UPDATE migration SET name = $1 WHERE name = 'hidden'", NEWEST)
        await owner.close()
    assert (await pulse("business", "add", "acme", "--name", "Acme"))[0] == 0


async def test_the_doctor_reports_bad_settings(pulse: Any, database: dict[str, Any]):
    public = {"PULSE_PUBLIC_URL": "https://pulse.example", "OPENAI_API_KEY": "set"}
    code, out, err = await pulse("doctor", **public)
    assert (code, err) == (0, "")
    assert "ok       isolation" in out
    assert "problem" not in out
    owner = await asyncpg.connect(**database)
    try:
        await owner.execute("ALTER TABLE customer_notes NO FORCE ROW LEVEL SECURITY")
        away = {"PULSE_PUBLIC_URL": "http://pulse.example", "REDIS_URL": "redis://127.0.0.1:1"}
        code, out, _ = await pulse("doctor", **away)
    finally:
        await owner.execute("ALTER TABLE customer_notes FORCE ROW LEVEL SECURITY")
        await owner.close()
    assert code == 1
    assert "problem  isolation       No forced row-level security on customer_notes." in out
    assert "problem  Redis           It does not answer" in out
    assert "problem  public address" in out


async def test_a_file_that_is_no_list_is_asked_about(pulse: Any, shop: Scope, tmp_path: Path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all\nplease find the list attached\nKind regards\n")
    code, _, err = await pulse("import", str(letter), "--business", "shop")
    assert code == 1
    assert "does not look like a list" in err
    assert "Nothing was imported. Add --yes" in err
