"""Plain HTML forms over HTTP, for pages before sign-in: Jinja2 templates, escaped by themselves."""

import math
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pulse.errors import NotAllowed, NotSignedIn, PulseError, TooMany, Unavailable
from ui import theme
from ui.auth.session import keep
from ui.texts import gettext, ngettext, reader_language

CHALLENGE_COOKIE = "pulse_challenge"
CHALLENGE_SECONDS = 600


def plain_page(
    template: str,
    heading: str,
    action: str,
    *,
    target: str = "/",
    refused: PulseError | None = None,
    **values: Any,
) -> Response:
    """A page with one form, from a file in ui/auth/templates.

    action: where the form is posted to. target: the page to go on to afterwards, for a field
    `next`. refused: why the form was not taken; it stands above the fields and sets the status.
    values: what the template names; everything is escaped unless the template says `| safe`.
    """
    headers = {"cache-control": "no-store"}
    if isinstance(refused, TooMany | Unavailable):
        headers["retry-after"] = str(max(1, math.ceil(refused.retry_after)))
    page = _render(
        template,
        heading=gettext(heading),
        tokens=theme.variables(by_system=True),
        action=action,
        next=quote(target, safe="/?=&%-_.~"),
        problem=gettext(refused.message) if refused else "",
        mark=theme.MARK,
        **values,
    )
    status = _STATUS.get(type(refused), 400) if refused else 200
    return HTMLResponse(page, status_code=status, headers=headers)


def leads_to(url: str, words: str) -> Response:
    """A page that goes on to another site at once.

    No redirect: the policy of the page with the form (form-action 'self') holds for what a form is
    redirected to, also at another site.
    """
    page = _render("onward.html", url=url, words=gettext(words))
    return HTMLResponse(page, headers={"cache-control": "no-store"})


def with_challenge(response: Response, sealed: str) -> Response:
    """The page, with the cookie that its passkey button will be compared with."""
    keep(response, CHALLENGE_COOKIE, sealed, CHALLENGE_SECONDS)
    return response


def challenge_of(request: Request) -> str:
    """What `with_challenge` gave to this browser."""
    return request.cookies.get(CHALLENGE_COOKIE, "")


def _render(template: str, **values: Any) -> str:
    page = _environment().get_template(template)
    return page.render(sheet=theme.asset("dashboard.css"), language=reader_language(), **values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("ui.auth"),
        autoescape=True,
        undefined=StrictUndefined,  # a value that was forgotten is an error, not an empty text
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.globals.update(gettext=gettext, ngettext=ngettext, _=gettext)
    return made


_STATUS: dict[type[PulseError], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    TooMany: 429,
    Unavailable: 503,
}
