"""How one signs in: second factors, recovery codes, sessions. Also the step that sets a factor up.

Plain forms: no secret travels by the socket.
"""

from html import escape
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
from ui.auth.form_page import plain_page
from ui.auth.passkey_form import challenge_of, passkey_button, with_challenge
from ui.auth.session import SIGN_IN, same_origin
from ui.auth.sign_in import local_path
from ui.auth.steps import go_on, next_field
from ui.auth.tabs import close_tabs
from ui.formatters import ago

ACCOUNT, ENROLMENT = "/account", "/sign-in/enrolment"
router = APIRouter(include_in_schema=False)


@router.get(ACCOUNT)
@router.get(ENROLMENT)
async def show(request: Request) -> Response:
    """What there is, and what can be added."""
    session = await _person(request)
    if session is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    if not session.step and not is_confirmed(session):
        return RedirectResponse(f"/confirm?next={ACCOUNT}", status_code=303)
    return await _page(session, local_path(request.query_params.get("next", "/")))


@router.post(ACCOUNT)
@router.post(ENROLMENT)
async def change(request: Request) -> Response:
    """Do what the pressed button says (`act`)."""
    if not same_origin(request.headers):
        return PlainTextResponse("Change it on Pulse's own page.", status_code=403)
    session = await _person(request)
    if session is None or not (session.step or is_confirmed(session)):
        return RedirectResponse(SIGN_IN, status_code=303)
    form = {name: str(value) for name, value in (await request.form()).items()}
    target = local_path(form.get("next", "/"))
    try:
        return await _act(request, session, form, target)
    except PulseError as refused:
        return await _page(session, target, refused)


async def _act(
    request: Request, session: StaffSession, form: dict[str, str], target: str
) -> Response:
    act, scope = form.get("act", ""), session.scope
    if act == "app":
        await totp.enrol(scope, form.get("sealed", ""), form.get("code", ""))
        return await _after_adding(session, target)
    if act == "passkey":
        name = session.device or "Passkey"
        await passkeys.register(scope, name, form.get("credential", ""), challenge_of(request))
        return await _after_adding(session, target)
    if act == "codes":
        return await _codes(session, target)
    if act == "done":
        return await go_on(request.cookies.get(COOKIE, ""), session, target)
    if session.step:
        raise NotFound("Set up a second factor first.")
    return await _on_account(session, act, form.get("id", ""))


async def _on_account(session: StaffSession, act: str, chosen: str) -> Response:
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
    """The first factor brings recovery codes; later ones leave the codes there are."""
    _, codes = await factors.factors_of(session.scope)
    if codes and not session.step:
        return RedirectResponse(ACCOUNT, status_code=303)
    return await _codes(session, target)


async def _codes(session: StaffSession, target: str) -> Response:
    made = "\n".join(await recovery.make_codes(session.scope))
    path = ENROLMENT if session.step else ACCOUNT
    button = _DONE if session.step else f'<a class="pl-btn pl-btn--primary" href="{path}">Done</a>'
    fields = _CODES.format(codes=made, button=button) + next_field(target)
    return plain_page("Your recovery codes", path, fields)


async def _page(session: StaffSession, target: str, refused: PulseError | None = None) -> Response:
    path = ENROLMENT if session.step else ACCOUNT
    sealed = totp.new_secret()
    options, challenge = await passkeys.registration(session)
    kept = next_field(target)
    adding = _APP.format(
        qr=totp.qr_code(sealed, session.email),
        letters=totp.secret_text(sealed),
        sealed=sealed,
        intro="Your role needs a second factor. " if session.step else "",
    )
    more = f'<input type="hidden" name="act" value="passkey">{kept}'
    below = passkey_button("Add a passkey", path, options, makes=True, more=more)
    if not session.step:
        below += await _factors(session) + await _sessions(session)
    page = plain_page("How you sign in", path, adding + kept, refused=refused, below=below)
    return with_challenge(page, challenge)


async def _factors(session: StaffSession) -> str:
    found, codes = await factors.factors_of(session.scope)
    lines = [
        _line(one.name, f"added {ago(one.created_at, clock.now())}", "remove", one.id, "Remove")
        for one in found
    ]
    lines.append(_line("Recovery codes", f"{codes} left", "codes", "", "Make new ones"))
    return "<h2>Second factors</h2>" + "".join(lines)


async def _sessions(session: StaffSession) -> str:
    lines = []
    for one in await open_sessions(session.scope):
        here = "this browser" if one.id == session.id else ago(one.last_seen_at, clock.now())
        about = " · ".join(part for part in (one.address, one.method, here) if part)
        lines.append(_line(one.device or "A browser", about, "end", one.id, "Sign out"))
    every = _line("Everywhere", "", "end-all", "", "Sign out everywhere")
    return "<h2>Where you are signed in</h2>" + "".join(lines) + every


def _line(name: str, about: str, act: str, chosen: object, words: str) -> str:
    return _LINE.format(
        name=escape(name), about=escape(about), act=act, chosen=chosen, words=words, path=ACCOUNT
    )


async def _person(request: Request) -> StaffSession | None:
    """Who is signed in, or whose sign-in waits for a second factor to be set up."""
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


_APP = """
<p class="pl-quiet">{intro}Scan this with an authenticator app, and enter the code
 that it shows.</p>
<div class="pl-qr">{qr}</div>
<p class="pl-small pl-quiet">Or type this into the app: <code>{letters}</code></p>
<input type="hidden" name="sealed" value="{sealed}">
<label>Code<input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10"
 required></label>
<button class="pl-btn pl-btn--primary" type="submit" name="act" value="app">Add the app</button>"""
_CODES = """
<p class="pl-quiet">Keep these where you find them without your telephone. Each opens your account
 once; they are not shown again.</p>
<pre class="pl-code">{codes}</pre>{button}"""
_DONE = """
<button class="pl-btn pl-btn--primary" type="submit" name="act" value="done">Go on</button>"""
_LINE = """<form method="post" action="{path}"><p><b>{name}</b> <span
 class="pl-small pl-quiet">{about}</span></p><input type="hidden" name="act" value="{act}">
<input type="hidden" name="id" value="{chosen}">
<button class="pl-btn pl-btn--quiet" type="submit">{words}</button></form>"""
