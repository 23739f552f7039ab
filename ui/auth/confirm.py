"""Confirm the identity again before secrets, exports and role changes."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pulse.auth.oidc.flow import WAIT_SECONDS, begin
from pulse.auth.second_factor.factors import prove
from pulse.auth.second_factor.passkeys import assertion
from pulse.auth.sign_in.password import check_password
from pulse.auth.sign_in.session_list import confirm
from pulse.auth.sign_in.staff_sessions import COOKIE, StaffSession
from pulse.errors import PulseError
from ui.auth.form_page import challenge_of, leads_to, plain_page, with_challenge
from ui.auth.session import keep, of_request, same_origin, set_cookie
from ui.auth.sign_in import local_path
from ui.texts import gettext

PATH = "/confirm"
OIDC_COOKIE = "pulse_oidc"
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def show(request: Request) -> Response:
    """Show the form to the signed-in person."""
    return await _form(of_request(request), local_path(request.query_params.get("next", "/")))


@router.post(PATH)
async def take(request: Request) -> Response:
    """Check the password or passkey, or redirect to the identity provider."""
    if not same_origin(request.headers):
        return PlainTextResponse("Confirm it on Pulse's own page.", status_code=403)
    session = of_request(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    target = local_path(form.get("next", "/"))
    try:
        if session.method.startswith("oidc"):
            return await _to_provider(session, target)
        if form.get("credential"):
            await prove(session, passkey=form["credential"], sealed=challenge_of(request))
        else:
            address = request.client.host if request.client else ""
            await check_password(session.email, form.get("password", ""), address=address)
        return await confirmed(request.cookies.get(COOKIE, ""), target)
    except PulseError as refused:
        return await _form(session, target, refused)


async def confirmed(cookie: str, target: str) -> Response:
    """Set a new cookie for the confirmed session and return to the requested page."""
    fresh, _ = await confirm(cookie)
    response = RedirectResponse(target, status_code=303)
    set_cookie(response, fresh)
    return response


async def _to_provider(session: StaffSession, target: str) -> Response:
    url, kept = await begin(
        session.business_id, email=session.email, target=target, confirms=str(session.staff_id)
    )
    response = leads_to(url, "Continue to your identity provider")
    keep(response, OIDC_COOKIE, kept, WAIT_SECONDS)
    return response


async def _form(session: StaffSession, target: str, refused: PulseError | None = None) -> Response:
    heading = gettext("Confirm that it is you")
    if session.method.startswith("oidc"):
        return plain_page(
            "confirm.html", heading, PATH, target=target, refused=refused, by_provider=True
        )
    options, sealed = await assertion(session)
    page = plain_page(
        "confirm.html",
        heading,
        PATH,
        target=target,
        refused=refused,
        by_provider=False,
        options=options,
    )
    return with_challenge(page, sealed)
