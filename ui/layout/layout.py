"""The layout around every view: side bar with counts, search, account, messages, live updates."""

from collections.abc import Sequence
from functools import partial

from nicegui import ui

from pulse import settings
from pulse.auth.businesses import Business, business_by_id
from pulse.auth.sign_in.staff_sessions import StaffSession
from ui import theme
from ui.auth import account, password
from ui.auth.session import of_request
from ui.auth.tabs import keep_tab
from ui.formatters import number
from ui.kit import feedback
from ui.kit.badges import avatar
from ui.kit.text import Text, box, text
from ui.layout import presses
from ui.layout.command_palette import CommandPalette
from ui.layout.language import language_items, settle_language
from ui.layout.notifications import Notifications
from ui.layout.router import Frame, drawn_route
from ui.runtime import errors
from ui.runtime.live import Live
from ui.runtime.registry import View, catch_up, listed, views
from ui.runtime.single_flight import shared
from ui.texts import gettext

COUNT_KINDS = (
    "identity_update",
    "context_shared",
    "context_withdrawn",
    "card_created",
    "card_changed",
    "import_progress",
)


async def root() -> None:
    """The single NiceGUI page in which every URL of the dashboard is drawn."""
    client = ui.context.client
    session = of_request(client.request)
    if settings.current().demo:
        catch_up()
    business = await business_by_id(session.business_id)
    keep_tab(session)
    await settle_language(session, business)
    ui.on_exception(lambda failure: errors.tell(failure, what=drawn_route(client)))
    ui.add_head_html(f"{theme.head()}<script>{_ON_CTRL_K}{presses.SCRIPT}</script>")
    ui.dark_mode(_is_dark(client.request.cookies.get(theme.COOKIE, "")))
    main = _draw_frame(session, business)
    with main:
        frame = Frame([v for v in views() if business.is_demo or not v.demo_only], business)
    feedback.region()
    await frame.drawn()


def _is_dark(choice: str) -> bool | None:
    return {"dark": True, "light": False}.get(choice)


def _draw_frame(session: StaffSession, business: Business) -> ui.element:
    with box("pl-top", tag="header"):
        _menu_button("menu", gettext("Open the menu"))
        text(business.name, "pl-top__title")
    box("pl-shade", tag="button").props(
        f'aria-label="{gettext("Close the menu")}" tabindex="-1"'
    ).on("click", js_handler=_CLOSE)
    side = box("pl-side", tag="aside").props('aria-label="Pulse"')
    main = box("pl-main", tag="main")
    with side:
        _draw_side_bar(session, business)
    ui.skip_link(gettext("Skip to the page"), target=main)
    return main


def _menu_button(icon: str, label: str) -> None:
    with box("pl-btn pl-btn--quiet pl-btn--icon", tag="button") as button:
        ui.icon(icon).props('aria-hidden="true"')
    button.props(f'type=button aria-label="{label}"').on("click", js_handler=_OPEN)


def _draw_side_bar(session: StaffSession, business: Business) -> None:
    with box("pl-brand"):
        ui.html(theme.MARK, sanitize=False)
        text(business.name)
    finder = CommandPalette(session)
    with box("pl-nav pl-nav--search", tag="button") as search:
        search.props('type=button aria-keyshortcuts="/ Control+K Meta+K"')
        ui.icon("search").props('aria-hidden="true"')
        text(gettext("Search"))
        text("/", "pl-key pl-nav__key", tag="kbd")
    search.on("click", finder.open, [])
    Navigation(listed(session.scope), session, business)
    with box("pl-side__foot") as foot:
        Notifications(session, foot)
        _draw_account(session)


def _draw_account(session: StaffSession) -> None:
    with box("pl-me", tag="button") as me:
        me.props('type=button aria-haspopup="menu"')
        avatar(session.name)
        with box("pl-me__text", tag="span"):
            text(session.name, "pl-strong-text")
            text(gettext(session.grant.name), "pl-small pl-quiet")
        with ui.menu().props('anchor="top left" self="bottom left"'):
            for choice, words in theme.CHOICES.items():
                _menu_item(gettext(words), theme.choose_script(choice))
            ui.separator().classes("pl-line")
            language_items()
            ui.separator().classes("pl-line")
            _menu_item(
                gettext("How you sign in …"),
                f"location.assign({account.ACCOUNT!r})",
            )
            _menu_item(
                gettext("Change password …"),
                f"location.assign({password.PATH!r})",
            )
            _menu_item(gettext("Sign out"), _SIGN_OUT)


def _menu_item(words: str, script: str) -> None:
    ui.menu_item(words).on("click", js_handler=f"() => {{ {script} }}")


class Navigation:
    """The list of pages with the current one marked and live counts."""

    def __init__(self, pages: Sequence[View], session: StaffSession, business: Business) -> None:
        self._session = session
        self._pages = pages
        self._links: dict[str, ui.element] = {}
        self._counts: dict[str, Text] = {}
        section = ""
        with box(tag="nav").props(f'aria-label="{gettext("Pages")}"') as place:
            for page in pages:
                if page.section != section:
                    section = page.section
                    text(gettext(section), "pl-nav-label", tag="div")
                self._link(page)
        router = ui.context.client.sub_pages_router
        router.on_path_changed(self._mark)
        self._mark(router.current_path)
        self._live = Live(business.id, place)
        self._live.on(COUNT_KINDS, self._refresh)
        ui.context.client.on_delete(self._live.close)
        ui.timer(0, self._refresh, once=True)

    def _link(self, page: View) -> None:
        with box("pl-nav", tag="a") as link:
            link.props["href"] = page.route
            ui.icon(page.icon).props('aria-hidden="true"')
            text(gettext(page.title))
            if page.count:
                self._counts[page.route] = text("", "pl-nav__count")
        link.on("click", js_handler=_CLOSE)
        self._links[page.route] = link

    def _mark(self, path: str) -> None:
        here = path.split("?")[0].split("#")[0]
        for route, link in self._links.items():
            at = here == route or (route != "/" and here.startswith(f"{route}/"))
            link.classes(add="pl-nav--here") if at else link.classes(remove="pl-nav--here")
            if at:
                link.props["aria-current"] = "page"
            else:
                link.props.pop("aria-current", None)

    async def _refresh(self, *_: object) -> None:
        for page in self._pages:
            if page.count:
                scope = self._session.scope
                key = ("count", page.route, scope.business_id, scope.actor.id)
                figure = await shared(key, partial(page.count, scope))
                self._counts[page.route].set_text(number(figure) if figure else "")


_OPEN = "() => document.body.classList.add('pl-nav-open')"
_CLOSE = "() => document.body.classList.remove('pl-nav-open')"
_ON_CTRL_K = """
document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    document.querySelector('.pl-nav--search')?.click();
  }
});
"""
"""Handled in the browser, since the server could not prevent the browser's own Ctrl-K.

Part of the page itself: a script over the socket would miss a key pressed right after the page
is shown.
"""
_SIGN_OUT = (
    "const f = document.createElement('form'); f.method = 'post'; f.action = '/sign-out'; "
    "document.body.append(f); f.submit();"
)
