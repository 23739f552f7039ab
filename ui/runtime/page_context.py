"""The page passed to a view: session, business, URL, live updates."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from nicegui import ui

from pulse import clock
from pulse.auth.businesses import Business
from pulse.auth.scope import Scope
from pulse.auth.sign_in.session_list import require_confirmation
from pulse.auth.sign_in.staff_sessions import StaffSession
from ui.auth.tabs import of_tab, verified
from ui.formatters import zone_of
from ui.runtime.live import Live


class Address:
    """The URL of the open view; setting a parameter changes it without redrawing."""

    def __init__(self, full: str, given: Mapping[str, str]) -> None:
        self.path = urlsplit(full).path
        self._given = {key: value for key, value in given.items() if value}
        self.is_left = False
        """Whether another view is shown; then `set` no longer changes the browser's URL."""

    def get(self, name: str, default: str = "") -> str:
        """Return a parameter of the URL."""
        return self._given.get(name, default)

    def given(self) -> dict[str, str]:
        """Return all parameters."""
        return dict(self._given)

    def set(self, **parameters: str) -> None:
        """Set parameters and remove empty ones, so that a reload or shared link shows the same."""
        self._given = {k: v for k, v in {**self._given, **parameters}.items() if v}
        if self.is_left:  # an action that began before
            return
        query = urlencode(self._given)
        full = self.path + (f"?{query}" if query else "")
        client = ui.context.client
        client.sub_pages_router.current_path = full
        client.storage["pl-shown"] = full
        ui.navigate.history.replace(full)


class Page:
    """One view, drawn for one staff member in one browser tab."""

    def __init__(self, business: Business, address: Address, place: ui.element) -> None:
        self.business = business
        self.address = address
        self.place = place
        self.live = Live(business.id, place)

    @property
    def session(self) -> StaffSession:
        """The session of the person."""
        return of_tab()

    @property
    def scope(self) -> Scope:
        """The scope for services that read; for changes use `await page.acting()`."""
        return of_tab().scope

    async def acting(self) -> Scope:
        """Return the scope for services that change something, with the current role."""
        return (await verified()).scope

    async def confirmed(self) -> Scope:
        """Return the scope for secrets and roles; requires a confirmation of the last hour."""
        session = await verified()
        require_confirmation(session)
        return session.scope

    @property
    def currency(self) -> str:
        """ISO code of the business's currency."""
        return self.business.currency

    @property
    def zone(self) -> ZoneInfo:
        """The business's time zone."""
        return zone_of(self.business.time_zone)

    @property
    def today(self) -> date:
        """Today in the business's time zone, as `contexts_per_day` counts days."""
        return clock.now().astimezone(self.zone).date()

    def close(self) -> None:
        """Release the resources when the view is left."""
        self.address.is_left = True
        self.live.close()
