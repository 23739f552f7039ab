"""The account page: second factors, recovery codes, sessions; also the set-up of a factor.

Plain forms, so that no secret is sent over the socket.
"""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pulse import clock
from pulse.auth.second_factor import factors, passkeys, recovery, totp
from pulse.auth.sign_in.session_list import (
    end_all,
    end_session,
    is_confirmed,
    open_sessions,
)
from pulse.auth.sign_in.staff_sessions import COOKIE, StaffSession, session_of, unfinished
from pulse.errors import NotFound, PulseError
from ui.auth.form_page import challenge_of, plain_page, with_challenge
from ui.auth.session import SIGN_IN, same_origin
from ui.auth.sign_in import local_path
from ui.auth.steps import finish_and_redirect
from ui.auth.tabs import close_tabs
from ui.formatters import ago
from ui.texts import gettext

ACCOUNT, ENROLMENT = "/account", "/sign-in/enrolment"
router = APIRouter(include_in_schema=False)


@router.get(ACCOUNT)
@router.get(ENROLMENT)
async def show(request: Request) -> Response:
    """Show the factors and sessions, and what can be added."""
    session = await _person(request)
    if session is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    if not session.step and not is_confirmed(session):
        return RedirectResponse(f"/confirm?next={ACCOUNT}", status_code=303)
    return await _page(session, local_path(request.query_params.get("next", "/")))


@router.post(ACCOUNT)
@router.post(ENROLMENT)
async def change(request: Request) -> Response:
    """Run the action of the pressed button (`act`)."""
    if not same_origin(request.headers):
        return PlainTextResponse("Change it on Pulse's own page.", status_code=403)
    session = await _person(request)
    if session is None or not (session.step or is_confirmed(session)):
        return RedirectResponse(SIGN_IN, status_code=303)
    form = {name: str(value) for name, value in (await request.form()).items()}
    target = local_path(form.get("next", "/"))
    try:
        return await _run_action(request, session, form, target)
    except PulseError as refused:
        return await _page(session, target, refused)


async def _run_action(
    request: Request, session: StaffSession, form: dict[str, str], target: str
) -> Response:
    act, scope = form.get("act", ""), session.scope
    if act == "app":
        await totp.enrol(scope, form.get("sealed", ""), form.get("code", ""))
        return await _after_adding(session, target)
    if act == "passkey":
        name = session.device or gettext("Passkey")
        await passkeys.register(scope, name, form.get("credential", ""), challenge_of(request))
        return await _after_adding(session, target)
    if act == "codes":
        return await _codes(session, target)
    if act == "done":
        return await finish_and_redirect(request.cookies.get(COOKIE, ""), session, target)
    if session.step:
        raise NotFound("Set up a second factor first.")
    return await _change_account(session, act, form.get("id", ""))


async def _change_account(session: StaffSession, act: str, chosen: str) -> Response:
    if act == "remove":
        await factors.remove_factor(session.scope, _id(chosen))
    elif act == "end":
        await end_session(session.scope, _id(chosen))
        close_tabs(_id(chosen))
    elif act == "end-all":
        await end_all(session.scope)
        close_tabs(session.id)
    return RedirectResponse(ACCOUNT, status_code=303)


async def _after_adding(session: StaffSession, target: str) -> Response:
    """Show new recovery codes after the first factor; later factors keep the existing ones."""
    _, codes = await factors.factors_of(session.scope)
    if codes and not session.step:
        return RedirectResponse(ACCOUNT, status_code=303)
    return await _codes(session, target)


async def _codes(session: StaffSession, target: str) -> Response:
    return plain_page(
        "recovery_codes.html",
        "Your recovery codes",
        ENROLMENT if session.step else ACCOUNT,
        target=target,
        codes=await recovery.make_codes(session.scope),
        enrolling=bool(session.step),
    )


async def _page(session: StaffSession, target: str, refused: PulseError | None = None) -> Response:
    sealed = totp.new_secret()
    options, challenge = await passkeys.registration(session)
    page = plain_page(
        "account.html",
        "How you sign in",
        ENROLMENT if session.step else ACCOUNT,
        target=target,
        refused=refused,
        enrolling=bool(session.step),
        qr=totp.qr_code(sealed, session.email),
        letters=totp.secret_text(sealed),
        sealed=sealed,
        options=options,
        **({} if session.step else await _sign_ins(session)),
    )
    return with_challenge(page, challenge)


async def _sign_ins(session: StaffSession) -> dict[str, Any]:
    """Return second factors, remaining recovery codes and open sessions for the template."""
    found, codes = await factors.factors_of(session.scope)
    sessions = []
    for one in await open_sessions(session.scope):
        seen = (
            gettext("this browser") if one.id == session.id else ago(one.last_seen_at, clock.now())
        )
        about = " · ".join(part for part in (one.address, one.method, seen) if part)
        sessions.append(
            {"id": one.id, "device": one.device or gettext("A browser"), "about": about}
        )
    added = [
        {"id": one.id, "name": one.name, "added": ago(one.created_at, clock.now())} for one in found
    ]
    return {"factors": added, "codes": codes, "sessions": sessions}


async def _person(request: Request) -> StaffSession | None:
    """Return the signed-in person, or the one whose sign-in waits for a second factor."""
    cookie = request.cookies.get(COOKIE)
    if request.url.path == ACCOUNT:
        return await session_of(cookie)
    found = await unfinished(cookie)
    return found if found and found.step == "enrolment" else None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("It no longer exists.") from None
