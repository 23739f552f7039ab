"""Plain HTML forms over HTTP, for pages before sign-in."""

import math
from html import escape

from starlette.responses import HTMLResponse, Response

from pulse.errors import NotAllowed, NotSignedIn, PulseError, TooMany, Unavailable
from ui import theme


def plain_page(
    heading: str, action: str, fields: str, *, refused: PulseError | None = None, below: str = ""
) -> Response:
    """A page with one form; `fields` and `below` are HTML, what people typed is escaped in them.

    Why something was refused stands above the fields, and the status says it too.
    """
    status = _STATUS.get(type(refused), 400) if refused else 200
    headers = {"cache-control": "no-store"}
    if isinstance(refused, TooMany | Unavailable):
        headers["retry-after"] = str(max(1, math.ceil(refused.retry_after)))
    page = _PAGE.format(
        heading=escape(heading),
        tokens=theme.variables(by_system=True),
        sheet=theme.asset("dashboard.css"),
        action=action,
        problem=_problem(refused),
        fields=fields,
        below=below,
        mark=theme.MARK,
    )
    return HTMLResponse(page, status_code=status, headers=headers)


def _problem(refused: PulseError | None) -> str:
    if refused is None:
        return ""
    return f'<p class="pl-note pl-note--bad" role="alert">{escape(refused.message)}</p>'


def leads_to(url: str, words: str) -> Response:
    """A page that goes on to another site at once.

    No redirect: the policy of the page with the form (form-action 'self') holds for what a form is
    redirected to, also at another site.
    """
    page = _ONWARD.format(url=escape(url), words=escape(words), sheet=theme.asset("dashboard.css"))
    return HTMLResponse(page, headers={"cache-control": "no-store"})


_STATUS: dict[type[PulseError], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    TooMany: 429,
    Unavailable: 503,
}

_ONWARD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in · Pulse</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={url}"><link rel="stylesheet" href="{sheet}"></head>
<body class="pl-form-page"><main><p><a href="{url}">{words}</a></p></main></body></html>"""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{heading} · Pulse</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><style>{tokens}</style>
<link rel="stylesheet" href="{sheet}"></head>
<body class="pl-form-page"><main>
<form method="post" action="{action}">
<h1 class="pl-brand">{mark}<span>Pulse</span></h1>
{problem}
{fields}
</form>{below}</main></body></html>"""
