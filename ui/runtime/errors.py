"""The dashboard's error table: the message of each error, as a toast or as a panel.

The counterpart of `widget_api.errors`. Views raise exceptions and do not catch them.
"""

import json
from urllib.parse import quote
from uuid import uuid4

from nicegui import ui

from pulse import logs, settings
from pulse.db.transient import is_transient
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound, PulseError, TooMany, Unavailable
from ui.kit.feedback import toast
from ui.kit.panel import empty
from ui.kit.text import box, text
from ui.runtime.view_error_hints import explain
from ui.texts import gettext, marked

HEADLINES: dict[type[PulseError], str] = marked(
    {
        NotFound: "Page not found",
        NotAllowed: "Your role does not open this page",
        Unavailable: "Not available right now",
        TooMany: "Too many requests",
        Conflict: "Changed by somebody else",
        Invalid: "This cannot be done",
    }
)

AWAY = marked("Pulse cannot use its database for a moment, and nothing was changed. Try again.")
SLOW = marked(
    "The database did not answer in time. Try again in a moment, or narrow what you ask for."
)


def panel_for(error: Exception, *, what: str) -> ui.element:
    """Draw a panel instead of a failed view; unknown failures are logged with an id."""
    if is_transient(error):
        _log_failure(error, what)
        slow = isinstance(error, TimeoutError)
        headline = gettext("This takes too long") if slow else gettext(HEADLINES[Unavailable])
        return empty(headline, SLOW if slow else AWAY, action="Go to Today", href="/")
    if isinstance(error, PulseError):
        headline = gettext(HEADLINES.get(type(error), "Something went wrong"))
        return empty(headline, error.message, action="Go to Today", href="/")
    return _failure_panel(error, what)


def tell(error: Exception, *, what: str) -> None:
    """Show a toast for a failed action; the page does not change."""
    if isinstance(error, PulseError):
        toast(error.message, tone="bad")
        if error.code == "CONFIRM_FIRST":
            shown = ui.context.client.sub_pages_router.current_path
            form = f"/confirm?next={quote(shown, safe='/')}"  # no view for NiceGUI to find
            ui.run_javascript(f"location.assign({json.dumps(form)})")
        return
    number = _log_failure(error, what)
    if is_transient(error):
        toast(SLOW if isinstance(error, TimeoutError) else AWAY, tone="bad")
        return
    if settings.current().demo:
        told = explain(error)
        toast(" · ".join(part for part in (told.what, told.where, told.hint) if part), tone="bad")
        return
    toast(
        gettext("Something went wrong on our side. Tell support the number {number}.").format(
            number=number
        ),
        tone="bad",
    )


def _failure_panel(error: Exception, what: str) -> ui.element:
    number = _log_failure(error, what)
    with box("pl-trouble").props("role=alert") as made:
        text(gettext("This part of the page failed"), "pl-strong-text", tag="p")
        with text("", tag="p"):
            text(gettext("Other parts still work. If it happens again, tell support the number:"))
            text(number, tag="code")
        if settings.current().demo:
            _for_its_author(error)
    return made


def _for_its_author(error: Exception) -> None:
    """Return details for the author of a view, who would otherwise search the log."""
    told = explain(error)
    with box("pl-stack pl-trouble__why"):
        text(told.what, tag="code")
        if told.where:
            text(told.where, "pl-small")
        if told.code:
            text(told.code, tag="code")
        if told.hint:
            text(told.hint, tag="p")
        text(gettext("Shown in the demo only; the full trace is in the log."), "pl-small pl-quiet")


def _log_failure(error: Exception, what: str) -> str:
    number = uuid4().hex[:8]
    logs.failure("view_failed", error, error_id=number, view=what)
    return number
