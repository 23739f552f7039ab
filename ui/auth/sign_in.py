"""Sign-in and sign-out: plain HTTP forms before NiceGUI builds anything."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pulse.auth.second_factor.passkeys import assertion, person_of
from pulse.auth.sign_in import attempts
from pulse.auth.sign_in.attempts import (
    DEVICE_COOKIE,
    DEVICE_SECONDS,
    device_cookie,
    is_known_device,
)
from pulse.auth.sign_in.new_session import begin_session
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import (
    COOKIE,
    StaffSession,
    session_of,
    sign_out,
    unfinished,
)
from pulse.errors import PulseError
from pulse.settings import Settings, current
from ui.auth.form_page import challenge_of, plain_page, with_challenge
from ui.auth.session import SIGN_IN, keep, same_origin, set_cookie
from ui.auth.tabs import close_tabs
from ui.texts import marked

router = APIRouter(include_in_schema=False)

DEMO_PEOPLE = marked(
    (
        ("csm@lantern.example", "CSM of Lantern, a gift shop"),
        ("admin@lantern.example", "admin of Lantern"),
        ("viewer@lantern.example", "viewer of Lantern"),
        ("admin@meridian.example", "admin of Meridian, a telephone company"),
    )
)


@router.get(SIGN_IN)
async def show_form(request: Request) -> Response:
    """Show the form; redirect people who are already signed in."""
    target = local_path(request.query_params.get("next", "/"))
    if await session_of(request.cookies.get(COOKIE)):
        return RedirectResponse(target, status_code=303)
    waiting = await unfinished(request.cookies.get(COOKIE))
    if waiting and "again" not in request.query_params:
        return RedirectResponse(step_path(waiting, target), status_code=303)
    return await sign_in_form(target)


@router.post(f"{SIGN_IN}/passkey")
async def take_passkey(request: Request) -> Response:
    """Sign in by a passkey alone: it verifies both person and device."""
    if not same_origin(request.headers):
        return PlainTextResponse("Sign in from Pulse's own page.", status_code=403)
    form = await request.form()
    target = local_path(str(form.get("next", "/")))
    address = request.client.host if request.client else ""
    try:
        await attempts.allow("passkey", address)
        person = await person_of(str(form.get("credential", "")), challenge_of(request))
        agent = request.headers.get("user-agent", "")
        opened = await begin_session(person, "passkey", address=address, agent=agent)
    except PulseError as refused:
        return await sign_in_form(target, "", refused)
    return await signed_in(request, opened, target)


@router.post(SIGN_IN)
async def take_form(request: Request) -> Response:
    """Check e-mail and password; set a cookie and redirect, or show the form with an error."""
    if not same_origin(request.headers):
        return PlainTextResponse("Sign in from Pulse's own page.", status_code=403)
    form = await request.form()
    email, password = str(form.get("email", "")), str(form.get("password", ""))
    target = local_path(str(form.get("next", "/")))
    address = request.client.host if request.client else ""
    device = request.cookies.get(DEVICE_COOKIE, "")
    agent = request.headers.get("user-agent", "")
    try:
        opened = await sign_in(email, password, address=address, device=device, agent=agent)
    except PulseError as refused:
        return await sign_in_form(target, email, refused)
    return await signed_in(request, opened, target)


async def signed_in(request: Request, opened: tuple[str, StaffSession], target: str) -> Response:
    """Set the session cookie and redirect; the browser's earlier session ends."""
    cookie, session = opened
    before, device = request.cookies.get(COOKIE), request.cookies.get(DEVICE_COOKIE, "")
    if before:
        await _end(before)
    response = RedirectResponse(step_path(session, target), status_code=303)
    set_cookie(response, cookie)
    if not is_known_device(session.email, device):
        keep(response, DEVICE_COOKIE, device_cookie(session.email), DEVICE_SECONDS)
    return response


@router.post("/sign-out")
async def leave(request: Request) -> Response:
    """End the session, close its open tabs, delete the cookie."""
    if not same_origin(request.headers):
        return PlainTextResponse("Sign out from Pulse's own page.", status_code=403)
    cookie = request.cookies.get(COOKIE)
    if cookie:
        await _end(cookie)
    response = RedirectResponse(SIGN_IN, status_code=303)
    response.delete_cookie(COOKIE, path="/")
    return response


async def _end(cookie: str) -> None:
    if session := await session_of(cookie) or await unfinished(cookie):
        await sign_out(cookie)
        close_tabs(session.id)


def local_path(wanted: str) -> str:
    """Return a local path for the redirect; "/" for anything that could lead to another site."""
    odd = not wanted.startswith("/") or wanted[1:2] in ("/", "\\")
    if odd or any(ord(letter) < 33 or letter == "\\" for letter in wanted):
        return "/"
    return wanted


async def sign_in_form(target: str, email: str = "", refused: PulseError | None = None) -> Response:
    """Return the form with the entered values and the error.

    A demo lists its accounts; the password is shown unless the operator changed it.
    """
    options, sealed = await assertion()
    demo, word = current().demo, current().demo_password
    page = plain_page(
        "sign_in.html",
        "Sign in",
        SIGN_IN,
        target=target,
        refused=refused,
        email=email,
        options=options,
        demo_people=DEMO_PEOPLE if demo else (),
        demo_password=word if word == Settings().demo_password else "",
    )
    return with_challenge(page, sealed)


def step_path(session: StaffSession, target: str) -> str:
    """Return the next page: a remaining sign-in step, else the requested page."""
    if not session.step:
        return target
    return f"{SIGN_IN}/{session.step}?next={quote(target, safe='/')}"
