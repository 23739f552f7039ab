"""Plain HTML forms for pages before sign-in: Jinja2 templates with automatic escaping."""

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
    """Return a page with one form, from a template in ui/auth/templates.

    action: URL the form is posted to. target: URL to go to afterwards, for the field `next`.
    refused: error text shown above the fields; it also sets the status. values: variables of the
    template; everything is escaped unless the template says `| safe`.
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
    """Return a page that navigates to another site at once.

    A redirect would be blocked: the form's page has the policy form-action 'self', which also
    applies to redirects after a form.
    """
    page = _render("onward.html", url=url, words=gettext(words))
    return HTMLResponse(page, headers={"cache-control": "no-store"})


def with_challenge(response: Response, sealed: str) -> Response:
    """Return the page with a cookie holding the challenge of its passkey button."""
    keep(response, CHALLENGE_COOKIE, sealed, CHALLENGE_SECONDS)
    return response


def challenge_of(request: Request) -> str:
    """Return the challenge that `with_challenge` set in this browser."""
    return request.cookies.get(CHALLENGE_COOKIE, "")


def _render(template: str, **values: Any) -> str:
    page = _environment().get_template(template)
    return page.render(sheet=theme.asset("dashboard.css"), language=reader_language(), **values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("ui.auth"),
        autoescape=True,
        undefined=StrictUndefined,  # a missing variable is an error, not an empty text
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
