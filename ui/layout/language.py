"""The dashboard's language: chosen by each person, else their browser's, else the business's.

The choice is stored with the person; a cookie repeats it for the plain pages, which are drawn
before anybody is signed in.
"""

from functools import partial

from nicegui import ui

from pulse.auth.businesses import Business
from pulse.auth.settings.preferences import preferences, set_preference
from pulse.auth.sign_in.staff_sessions import StaffSession
from ui.auth.tabs import of_tab
from ui.texts import (
    LANGUAGE_COOKIE,
    choose,
    dashboard_languages,
    keep_language,
    reader_language,
)

PREFERENCE = "language"


async def settle_language(session: StaffSession, business: Business) -> None:
    """Set the language of this tab to this person's."""
    request = ui.context.client.request
    chosen = (await preferences(session.scope)).get(PREFERENCE)
    accepted = request.headers.get("accept-language", "")
    keep_language(choose(chosen, accepted=accepted, own=business.locale))
    if chosen and request.cookies.get(LANGUAGE_COOKIE) != chosen:
        ui.run_javascript(_remember(chosen))


def language_items() -> None:
    """Draw the languages as menu items, each by its own name."""
    for code, name in dashboard_languages().items():
        item = ui.menu_item(name, partial(_change, code)).props(f"lang={code}")
        if code == reader_language():
            item.props["aria-current"] = "true"
            item.classes("pl-strong-text")


async def _change(code: str) -> None:
    await set_preference(of_tab().scope, PREFERENCE, code)
    ui.run_javascript(f"{_remember(code)}; location.reload()")


def _remember(code: str) -> str:
    return f"document.cookie = '{LANGUAGE_COOKIE}={code}; path=/; max-age=31536000; samesite=lax'"
