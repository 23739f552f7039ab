"""Open an invitation: choose a password by a plain form, and be signed in.

The link's token is in the fragment of the URL, which browsers send to nobody: neither servers and
proxies nor their logs see it, and no page is told it as the referrer. A script of the page moves it
into the form. Opening a link changes nothing, so programs that look at links do not use it up.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pulse.auth.sign_in.invitations import Invited, accept, open_invitation
from pulse.auth.sign_in.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from pulse.errors import Invalid, PulseError
from pulse.settings import current
from ui.auth.form_page import plain_page
from ui.auth.session import SIGN_IN, same_origin
from ui.auth.sign_in import signed_in

PATH = f"{SIGN_IN}/invitation"
router = APIRouter(include_in_schema=False)


def invitation_link(token: str) -> str:
    """Return the URL to send."""
    return f"{current().public_url.rstrip('/')}{PATH}#{token}"


@router.get(PATH)
async def show_form() -> Response:
    """Show a page that posts the token of its URL."""
    return plain_page("invitation.html", "Your invitation", PATH, person=None, token="")


@router.post(PATH)
async def take_form(request: Request) -> Response:
    """Show the form for a password; with one, save it, sign in and redirect."""
    if not same_origin(request.headers):
        return PlainTextResponse("Open the link of your invitation itself.", status_code=403)
    form = await request.form()
    token, person = str(form.get("token", "")), None
    address = request.client.host if request.client else ""
    try:
        person = await open_invitation(token, address=address)
        if "fresh" not in form:
            return _ask(person, token)
        if form.get("fresh") != form.get("again"):
            raise Invalid("The two new passwords differ.", code="PASSWORDS_DIFFER")
        agent = request.headers.get("user-agent", "")
        opened = await accept(person, str(form.get("fresh", "")), address=address, agent=agent)
    except PulseError as refused:
        over = getattr(refused, "code", "").startswith("INVITATION_")
        return _ask(None if over else person, token, refused)
    return await signed_in(request, opened, "/")


def _ask(person: Invited | None, token: str, refused: PulseError | None = None) -> Response:
    return plain_page(
        "invitation.html",
        "Your invitation",
        PATH,
        refused=refused,
        person=person,
        token=token if person else "",
        least=SHORTEST_PASSWORD,
        most=LONGEST_PASSWORD,
    )
