"""The real widget as a chosen customer sees it: a separate page in a frame.

The page has a strict policy (no script except the bundle) and requests its own short-lived tokens.
These are read-only: the API refuses any change for the customer.
"""

from html import escape
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from pulse.auth.businesses import business_by_id
from pulse.auth.customer_tokens import sign
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.errors import NotAllowed, NotFound, PulseError
from ui import theme
from ui.auth.session import of_request

router = APIRouter(prefix="/preview", include_in_schema=False)

MINUTES = 5.0  # the widget requests the next token after four fifths of it
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-frame-options": "SAMEORIGIN",
    "cache-control": "no-store",
}


async def token_for(scope: Scope, external_id: str) -> str:
    """Return a read-only token for this customer, valid for five minutes.

    For csm and above. Raises NotAllowed, NotFound (also for another business's customer), and
    Invalid when the business has no secret that Pulse can sign with.
    """
    return await _sign_preview(scope, await _read_customer(scope, external_id))


def address_of(external_id: str) -> str:
    """Return the URL of the page, for a frame."""
    return "/preview?" + urlencode({"customer": external_id})


@router.get("")
async def page(request: Request, customer: str = "") -> Response:
    """Return the widget, inline and open, in the customer's language and this browser's look."""
    try:
        known = await _read_customer(of_request(request).scope, customer)
        await _sign_preview(of_request(request).scope, known)
    except PulseError as refused:
        return _refuse(refused)
    look = request.cookies.get(theme.COOKIE, "")
    filled = _PAGE.format(
        name=escape(known["name"] or customer),
        sheet=theme.asset("preview.css"),
        token=escape("/preview/token?" + urlencode({"customer": customer})),
        locale=escape(known["locale"] or "auto"),
        look=look if look in ("light", "dark") else "auto",
    )
    return HTMLResponse(filled, headers=HEADERS)


@router.get("/token")
async def token(request: Request, customer: str = "") -> Response:
    """Return a new token, requested repeatedly by the widget while the page is open."""
    try:
        made = await token_for(of_request(request).scope, customer)
    except PulseError as refused:
        return _refuse(refused)
    return PlainTextResponse(made, headers=HEADERS)


async def _read_customer(scope: Scope, external_id: str) -> dict[str, str | None]:
    scope.require(Permission.work_cards)
    return await repository.customer(scope, external_id)


async def _sign_preview(scope: Scope, known: dict[str, str | None]) -> str:
    business = await business_by_id(scope.business_id)
    return await sign(business, str(known["external_id"]), minutes=MINUTES, preview=True)


def _refuse(refused: PulseError) -> Response:
    status = {NotAllowed: 403, NotFound: 404}.get(type(refused), 400)
    return PlainTextResponse(refused.message, status_code=status, headers=HEADERS)


_PAGE = """<!doctype html>
<html lang="en" data-look="{look}"><head><meta charset="utf-8"><title>{name} · Preview</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{sheet}"></head><body><main id="widget"></main>
<script src="/widget/v1/pulse.js" data-token-url="{token}" data-mount="#widget"
 data-locale="{locale}" data-theme="{look}"></script></body></html>"""
