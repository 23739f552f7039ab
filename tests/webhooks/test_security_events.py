"""Security events in the audit log, in its export and as webhook events."""

import pytest

from pulse.auth import audit
from pulse.auth.api_keys import create_api_key
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in import attempts
from pulse.auth.sign_in.password import sign_in
from pulse.auth.staff import add_staff, change_role
from pulse.db.transaction import tenant
from pulse.errors import NotAllowed, NotSignedIn
from pulse.webhooks import endpoints

PASSWORD = "a long enough password"


async def test_security_events_contain_account_and_address(
    shop: Scope, monkeypatch: pytest.MonkeyPatch
):
    for count in (attempts.PAIR, attempts.ADDRESS, attempts.ACCOUNT):
        monkeypatch.setattr(count.local, "_buckets", {})
    hook = await endpoints.create(shop, "https://93.184.215.14/siem", ["security"])
    cleo = await add_staff(shop, "cleo@shop.example", "=Cleo", Role.csm, PASSWORD)
    with pytest.raises(NotSignedIn):
        await sign_in("cleo@shop.example", "not the password", address="203.0.113.9")
    _, session = await sign_in("cleo@shop.example", PASSWORD, address="198.51.100.4")
    await change_role(shop, cleo, Role.manager)
    await endpoints.secret(shop, hook.id)
    await create_api_key(shop, "warehouse", ["ingest"])

    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT payload FROM webhook_deliveries ORDER BY id")
    told = {row["payload"]["type"]: row["payload"]["data"] for row in rows}
    assert list(told) == [
        "security.webhook_created",
        "security.staff_added",
        "security.sign_in_failed",
        "security.signed_in",
        "security.staff_role_changed",
        "security.webhook_secret_shown",
        "security.api_key_created",
    ]
    assert told["security.sign_in_failed"]["address"] == "203.0.113.9"
    assert told["security.signed_in"]["address"] == "198.51.100.4"
    assert told["security.signed_in"]["account"]["id"] == str(cleo)

    text = b"".join([part async for part in audit.security_events(shop)]).decode()
    head, *lines = text.splitlines()
    assert head.startswith("at,event,subject")
    assert len(lines) == len(told)
    assert '"203.0.113.9"' in text
    assert '"\'=Cleo"' in text  # text in a spreadsheet, no formula
    with pytest.raises(NotAllowed):
        [part async for part in audit.security_events(session.scope)]
