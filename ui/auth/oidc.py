"""Single sign-on: redirect to the business's identity provider, and handle its answer."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pulse.auth.businesses import business_by_slug
from pulse.auth.oidc.accounts import check_same_person, sign_in_with
from pulse.auth.oidc.flow import CALLBACK, WAIT_SECONDS, begin, finish
from pulse.auth.oidc.providers import business_of_email
from pulse.auth.rate_limit import Limiter
from pulse.auth.sign_in.staff_sessions import COOKIE as SESSION_COOKIE
from pulse.errors import Invalid, NotSignedIn, PulseError
from ui.auth.confirm import confirmed
from ui.auth.form_page import leads_to
from ui.auth.session import keep, same_origin
from ui.auth.sign_in import local_path, sign_in_form, signed_in

PATH = "/sign-in/oidc"
COOKIE = "pulse_oidc"
router = APIRouter(include_in_schema=False)
_starts = Limiter(burst=20, per_second=1 / 10, what="sign-ins")


@router.post(PATH)
async def start(request: Request) -> Response:
    """Start from the sign-in form: the e-mail address selects the provider."""
    if not same_origin(request.headers):
        return PlainTextResponse("Sign in from Pulse's own page.", status_code=403)
    form = await request.form()
    email, target = str(form.get("email", "")), local_path(str(form.get("next", "/")))
    try:
        _starts.take(_address(request))
        if "@" not in email:
            raise Invalid("Enter your work e-mail: it says where you sign in.", field="email")
        url, kept = await begin(await business_of_email(email), email=email, target=target)
    except PulseError as refused:
        return await sign_in_form(target, email, refused)
    response = leads_to(url, "Continue to your identity provider")
    keep(response, COOKIE, kept, WAIT_SECONDS)
    return response


@router.get(PATH)
async def start_for_business(request: Request) -> Response:
    """Start from the provider's side: `?business=` is the business's public id."""
    target = local_path(request.query_params.get("next", "/"))
    try:
        _starts.take(_address(request))
        business = await business_by_slug(request.query_params.get("business", ""))
        url, kept = await begin(business.id, target=target)
    except PulseError as refused:
        return await sign_in_form(target, "", refused)
    response = RedirectResponse(url, status_code=303)
    keep(response, COOKIE, kept, WAIT_SECONDS)
    return response


@router.get(CALLBACK)
async def come_back(request: Request) -> Response:
    """Handle the provider's answer: validate it, open the session, delete the flow's cookie."""
    target = "/"
    try:
        kept = request.cookies.get(COOKIE, "")
        if not kept:
            raise NotSignedIn("Start the sign-in from here, in this browser.", code="OIDC_REFUSED")
        claims = await finish(kept, dict(request.query_params))
        target = claims.begun.target
        if claims.begun.confirms:
            await check_same_person(claims)
            return await confirmed(request.cookies.get(SESSION_COOKIE, ""), target)
        opened = await sign_in_with(
            claims, address=_address(request), agent=request.headers.get("user-agent", "")
        )
        response = await signed_in(request, opened, target)
    except PulseError as refused:
        response = await sign_in_form(target, "", refused)
    response.delete_cookie(COOKIE, path="/")
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
