"""The `pulse` command as used by an operator: a separate process on the test's database."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from pulse import workflows
from pulse.auth.api_keys import check_api_key
from pulse.auth.customer_tokens import verify
from pulse.auth.scope import Scope
from pulse.auth.sign_in.password import sign_in
from pulse.customers import repository
from pulse.db.embedded.server import binaries
from pulse.db.transaction import tenant
from pulse.scoring import versions
from pulse.scoring.named import service as named_scorecards
from tests.fixtures.leavers import LEAVERS

Said = tuple[int, str, str]


@pytest.fixture
def pulse(database: dict[str, Any], chosen_settings: Any) -> Any:
    """`code, out, err = await pulse("token", …)`."""
    where = "postgresql://{user}@/{database}?host={host}&port={port}".format(**database)
    environment = {
        **os.environ,
        "DATABASE_URL": where,
        "PULSE_SECRET": chosen_settings.secret,
        "PULSE_DATA_DIR": str(chosen_settings.data_dir),
    }

    async def run(*words: str, **more: str) -> Said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pulse", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            stdin=asyncio.subprocess.DEVNULL,
            env={**environment, **more},
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    return run


async def test_a_business_is_added_and_its_secret_printed_once(pulse):
    code, out, _ = await pulse("business", "add", "acme", "--name", "Acme", "--currency", "USD")
    assert code == 0
    assert "Created Acme" in out
    assert "secret" in out
    code, _, err = await pulse("business", "add", "acme", "--name", "Acme")
    assert code == 1
    assert "There is a business “acme” already." in err


async def test_a_token_from_the_command_works_in_the_widget(pulse, shop: Scope):
    await pulse("business", "add", "acme", "--name", "Acme")
    code, out, _ = await pulse("token", "--business", "acme", "--customer", "c1")
    assert code == 0
    assert (await verify(out.strip())).customer == "c1"


async def test_a_token_for_an_unknown_business_is_refused(pulse):
    code, out, err = await pulse("token", "--business", "nobody", "--customer", "c1")
    assert (code, out) == (1, "")
    assert err == "Error: There is no such business.\n"


async def test_added_staff_can_sign_in(pulse, shop: Scope):
    code, out, _ = await pulse(
        *("staff", "add", "--business", "shop", "--email", "cleo@shop.example"),
        *("--name", "Cleo", "--role", "csm"),
        PULSE_STAFF_PASSWORD="correct horse battery",
    )
    assert (code, out) == (0, "cleo@shop.example can now sign in as csm of shop.\n")
    _, session = await sign_in("cleo@shop.example", "correct horse battery")
    assert session.name == "Cleo"


async def test_a_lost_password_is_replaced(pulse, shop: Scope):
    ask = ("staff", "password", "--business", "shop", "--email", "admin@shop.example")
    code, out, _ = await pulse(*ask, PULSE_STAFF_PASSWORD="correct horse battery")
    assert (code, out) == (0, "admin@shop.example can now sign in with the new password.\n")
    await sign_in("admin@shop.example", "correct horse battery")
    code, _, err = await pulse(
        *(*ask[:-1], "nobody@shop.example"), PULSE_STAFF_PASSWORD="correct horse battery"
    )
    assert (code, err) == (1, "Error: No member of staff has the e-mail nobody@shop.example.\n")


async def test_an_api_key_is_made_for_scripts(pulse, shop: Scope):
    ask = ("key", "add", "--business", "shop", "--name", "till", "--scope")
    code, out, _ = await pulse(*ask, "ingest", "--scope", "read")
    assert code == 0
    made = await check_api_key(out.strip())
    assert (made.business_id, made.scopes) == (shop.business_id, {"ingest", "read"})
    code, out, err = await pulse(*ask, "everything")
    assert (code, out) == (1, "")
    assert err == "Error: The scopes of a key are read, write, ingest, erase, admin.\n"


async def test_a_list_is_imported_with_its_mapping(pulse, shop: Scope, tmp_path: Path):
    listed = tmp_path / "list.csv"
    listed.write_text("id,who,visits\n1,Ada,3\n2,Ben,many\n3,Cy,5\n")
    mapping = tmp_path / "mapping.json"
    mapping.write_text(
        '{"columns": [{"column": "id", "role": "id"}, {"column": "who", "role": "name"},'
        '{"column": "visits", "role": "metric", "type": "number", "signal": "engagement",'
        '"direction": "higher"}]}'
    )
    ask = ("import", str(listed), "--business", "shop", "--mapping", str(mapping))
    _, tried, _ = await pulse(*ask, "--dry-run")
    assert tried.startswith("dry run, nothing was changed: 3 rows, 2 new")
    code, out, err = await pulse(*ask)
    assert code == 0
    assert out == "done: 3 rows, 2 new, 0 changed, 0 the same, 1 rejected\n"
    assert "line 3" in err
    assert (await repository.customer(shop, "1"))["name"] == "Ada"


async def test_a_backup_is_a_dump_that_pg_restore_reads(pulse, shop: Scope, tmp_path: Path):
    file = tmp_path / "pulse.dump"
    code, out, _ = await pulse("backup", str(file))
    assert code == 0
    assert str(file) in out
    listing = await asyncio.create_subprocess_exec(
        *(str(binaries() / "pg_restore"), "--list", str(file)), stdout=asyncio.subprocess.PIPE
    )
    content, _ = await listing.communicate()
    assert b"TABLE DATA public businesses" in content


async def test_the_description_of_the_api_is_written_without_a_database(tmp_path: Path):
    file = tmp_path / "openapi.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pulse", "openapi", str(file)),
        env={**os.environ, "PULSE_DATA_DIR": str(tmp_path)},
    )
    assert await process.wait() == 0
    assert '"/api/customers/{customer_id}/identity"' in file.read_text()


async def test_a_labelled_list_is_evaluated_into_one_json_object(pulse, tmp_path: Path):
    listed = tmp_path / "labelled.csv"
    rows = [f"{n},{n % 37},{n % 11},{'left' if n % 37 < 12 else 'here'}" for n in range(600)]
    listed.write_text("who,visits,visits too,how it ended\n" + "\n".join(rows))
    asked = ("evaluate", str(listed), "--label", "how it ended", "--churned", "left")
    code, out, err = await pulse(*asked, "--keep", "visits")
    assert (code, out) == (2, "")
    assert "--keep needs --reason" in err
    counted = ("--keep", "visits", "--reason", "Counted every day")
    code, out, _ = await pulse(*asked, "--id", "who", "--json", *counted)
    assert code == 0
    report = json.loads(out)
    assert (report["rows"], report["churned"]) == (600, sum(n % 37 < 12 for n in range(600)))
    assert set(report["auc"]) == {"scorecard", "lightgbm", "logistic"}
    assert report["max_additivity_error"] < 1e-9
    assert report["max_shap_difference"] < 1e-6
    assert isinstance(report["warnings"], list)
    assert (report["kept"], report["kept_why"]) == (["visits"], "Counted every day")


async def test_the_published_scorecard_is_back_tested(pulse, leaving_shop: Scope):
    await workflows.rescore(leaving_shop)
    code, out, err = await pulse("backtest", "--business", "shop", "--json")
    assert code == 0, err
    found = json.loads(out)["trials"][0]["found"]
    assert found["auc"] > 0.6
    code, out, err = await pulse("backtest", "--business", "shop", "--outcome", "Vanished")
    assert code == 1
    assert "There are: Churned is “Yes”." in err


async def test_another_scorecard_is_back_tested_by_its_name(pulse, leaving_shop: Scope):
    await workflows.rescore(leaving_shop)
    async with tenant(leaving_shop) as unit:
        await unit.execute("UPDATE customers SET segment = attributes->>'plan'")
    named_id = await named_scorecards.add(leaving_shop, "Basic", "all:segment.is.Basic")
    asked = ("backtest", "--business", "shop", "--json", "--scorecard")
    code, out, err = await pulse(*asked, "Basic")
    assert (code, out) == (1, "")
    assert "The scorecard “Basic” has no published version yet." in err
    (draft,) = [
        one for one in await versions.versions(leaving_shop) if one.named_scorecard_id == named_id
    ]
    published = await workflows.publish(leaving_shop, draft.id, "For them")
    code, out, err = await pulse(*asked, " basic")
    assert code == 0, err
    found = json.loads(out)
    assert found["version"] == published.version
    assert 100 < found["trials"][0]["found"]["customers"] < LEAVERS
    code, _, err = await pulse(*asked, "Silver")
    assert code == 1
    assert "There is no scorecard “Silver”. There are: “Default”, “Basic”." in err


async def test_a_custom_field_is_set_listed_and_removed(pulse, shop: Scope):
    code, out, _ = await pulse(
        *("field", "set", "Region", "choice", "--business", "shop"),
        *("--choice", "North", "--choice", "South"),
    )
    assert (code, out) == (0, "Region is choice from now on, kept as region.\n")
    assert (await pulse("field", "list", "--business", "shop"))[1] == (
        "Region (region): choice: North, South\n"
    )
    assert (await pulse("field", "remove", "Region", "--business", "shop"))[0] == 0
    assert (await pulse("field", "list", "--business", "shop"))[1] == ""
