"""Steps between sign-in and a full session: second factor, first own password."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pulse.auth.second_factor.factors import prove
from pulse.auth.second_factor.passkeys import assertion
from pulse.auth.sign_in.password_changes import choose_first
from pulse.auth.sign_in.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from pulse.auth.sign_in.session_list import finish_step
from pulse.auth.sign_in.staff_sessions import COOKIE, StaffSession, unfinished
from pulse.errors import Invalid, PulseError
from ui.auth.form_page import challenge_of, plain_page, with_challenge
from ui.auth.session import SIGN_IN, same_origin, set_cookie
from ui.auth.sign_in import local_path, step_path

router = APIRouter(include_in_schema=False)


@router.get("/sign-in/second_factor")
async def show_second_factor(request: Request) -> Response:
    """Show the form for a code, with a button for a passkey."""
    session = await unfinished(request.cookies.get(COOKIE))
    if session is None or session.step != "second_factor":
        return RedirectResponse(SIGN_IN, status_code=303)
    return await _ask_for_factor(session, local_path(request.query_params.get("next", "/")))


@router.post("/sign-in/second_factor")
async def take_second_factor(request: Request) -> Response:
    """Check the code or the passkey and redirect."""
    cookie, session, form, target = await _read_form(request, "second_factor")
    if session is None:
        return _restart_sign_in(request)
    try:
        await prove(
            session,
            code=form.get("code", ""),
            passkey=form.get("credential", ""),
            sealed=challenge_of(request),
        )
        return await finish_and_redirect(cookie, session, target)
    except PulseError as refused:
        return await _ask_for_factor(session, target, refused)


@router.get("/sign-in/password")
async def show_first_password(request: Request) -> Response:
    """Show the form for the first own password."""
    session = await unfinished(request.cookies.get(COOKIE))
    if session is None or session.step != "password":
        return RedirectResponse(SIGN_IN, status_code=303)
    return _ask_for_password(session, local_path(request.query_params.get("next", "/")))


@router.post("/sign-in/password")
async def take_first_password(request: Request) -> Response:
    """Save the password and redirect."""
    cookie, session, form, target = await _read_form(request, "password")
    if session is None:
        return _restart_sign_in(request)
    try:
        if form.get("fresh") != form.get("again"):
            raise Invalid("The two new passwords differ.", code="PASSWORDS_DIFFER")
        await choose_first(session, form.get("fresh", ""))
        return await finish_and_redirect(cookie, session, target)
    except PulseError as refused:
        return _ask_for_password(session, target, refused)


async def finish_and_redirect(cookie: str, session: StaffSession, target: str) -> Response:
    """Finish a step: set a new cookie, redirect to the next step or the requested page."""
    fresh, there = await finish_step(cookie, session)
    response = RedirectResponse(step_path(there, target), status_code=303)
    set_cookie(response, fresh)
    return response


async def _read_form(
    request: Request, step: str
) -> tuple[str, StaffSession | None, dict[str, str], str]:
    """Return (cookie, the person of this step or None, form fields, next path)."""
    cookie = request.cookies.get(COOKIE, "")
    session = await unfinished(cookie) if same_origin(request.headers) else None
    fields = {name: str(value) for name, value in (await request.form()).items()}
    if session is not None and session.step != step:
        session = None
    return cookie, session, fields, local_path(fields.get("next", "/"))


def _restart_sign_in(request: Request) -> Response:
    if not same_origin(request.headers):
        return PlainTextResponse("Sign in from Pulse's own page.", status_code=403)
    return RedirectResponse(SIGN_IN, status_code=303)


async def _ask_for_factor(
    session: StaffSession, target: str, refused: PulseError | None = None
) -> Response:
    options, sealed = await assertion(session)
    page = plain_page(
        "second_factor.html",
        "Second factor",
        "/sign-in/second_factor",
        target=target,
        refused=refused,
        options=options,
    )
    return with_challenge(page, sealed)


def _ask_for_password(
    session: StaffSession, target: str, refused: PulseError | None = None
) -> Response:
    return plain_page(
        "first_password.html",
        "Choose a password",
        "/sign-in/password",
        target=target,
        refused=refused,
        email=session.email,
        least=SHORTEST_PASSWORD,
        most=LONGEST_PASSWORD,
    )
