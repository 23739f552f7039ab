"""Begin a session after sign-in: the steps still required, the name of the browser."""

from collections.abc import Mapping
from typing import Any, Literal

from pulse import logs
from pulse.auth import audit
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import book_of
from pulse.auth.sign_in.staff_sessions import StaffSession, open_session
from pulse.auth.sign_in.steps import next_step
from pulse.db.transaction import tenant

Method = Literal["password", "oidc", "oidc_mfa", "passkey"]
"""`oidc_mfa`: the provider reports that it checked more than one factor."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


async def begin_session(
    person: Mapping[str, Any], method: Method, *, address: str, agent: str
) -> tuple[str, StaffSession]:
    """Open a session of `person`, a row of staff, authenticated by `method`; audited."""
    async with tenant(Scope.for_pulse(person["business_id"])) as unit:
        step = await next_step(unit, person["id"], method)
        cookie, session = await open_session(
            unit,
            person,
            method=method,
            step=step,
            address=address[:64],
            device=_device_name(agent),
            book=await book_of(unit, person["id"]),
        )
        if not step:
            await audit.record(unit, session.scope, "security.signed_in", session.name)
    logs.event("staff_signed_in", business_id=session.business_id, staff_id=session.staff_id)
    return cookie, session


def _device_name(agent: str) -> str:
    """A short name for a User-Agent header; empty when the browser is unknown."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser or 'A browser'} on {system}" if system else browser
