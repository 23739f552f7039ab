"""Change the own password by a plain form, so that no password is sent over the socket."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pulse.auth.sign_in.password_changes import change_own
from pulse.auth.sign_in.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from pulse.errors import Invalid, PulseError
from ui.auth.form_page import plain_page
from ui.auth.session import of_request, same_origin, set_cookie
from ui.auth.tabs import close_tabs

PATH = "/password"
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def show_form(request: Request) -> Response:
    """Show the form; the guard ensures that somebody is signed in."""
    return _form(of_request(request).email)


@router.post(PATH)
async def take_form(request: Request) -> Response:
    """Change the password, end all other sessions, and set a new cookie for this one."""
    if not same_origin(request.headers):
        return PlainTextResponse("Change it on Pulse's own page.", status_code=403)
    session, form = of_request(request), await request.form()
    present, fresh, again = (str(form.get(name, "")) for name in ("present", "fresh", "again"))
    address = request.client.host if request.client else ""
    try:
        if fresh != again:
            raise Invalid("The two new passwords differ.", code="PASSWORDS_DIFFER")
        cookie, _ = await change_own(session, present, fresh, address=address)
    except PulseError as refused:
        return _form(session.email, refused)
    close_tabs(session.id)
    response = RedirectResponse("/", status_code=303)
    set_cookie(response, cookie)
    return response


def _form(email: str, refused: PulseError | None = None) -> Response:
    return plain_page(
        "change_password.html",
        "Change your password",
        PATH,
        refused=refused,
        email=email,
        least=SHORTEST_PASSWORD,
        most=LONGEST_PASSWORD,
    )
