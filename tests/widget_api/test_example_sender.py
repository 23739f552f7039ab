"""examples/send-events, run as a program against a real server."""

import ast
import asyncio
import os
import sys
from pathlib import Path

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant

EXAMPLE = Path(__file__).parents[2] / "examples" / "send-events" / "send_events.py"


async def test_the_example_sends_a_customer_and_an_order(
    address: str, scored: Scope, key: str
) -> None:
    ran = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLE),
        env={**os.environ, "PULSE_URL": f"http://{address}", "PULSE_KEY": key},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await ran.communicate()
    assert ran.returncode == 0
    taken = ast.literal_eval(printed.decode())
    assert taken == {"accepted": 2, "repeated": 0, "refused": [], "warnings": []}
    async with tenant(scored) as unit:
        row = await unit.fetchrow(
            "SELECT c.name, c.attributes, e.kind, e.amount FROM customers c JOIN events e "
            "ON e.business_id = c.business_id AND e.customer_id = c.id "
            "WHERE c.business_id = $1 AND c.external_id = '17850'",
            unit.business_id,
        )
    assert row["name"] == "Ann"
    assert row["attributes"] == {"plan": "Plus"}
    assert (row["kind"], row["amount"]) == ("order", 24.9)
