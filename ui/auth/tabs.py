"""The open pages of the dashboard: who owns them, and closing them with their session."""

from uuid import UUID
from weakref import WeakSet

import msgspec
from nicegui import Client, context, ui

from pulse.auth.scope import ALL
from pulse.auth.sign_in.staff_sessions import StaffSession, grants_of_open
from pulse.customers.repository import seen_among
from pulse.errors import NotSignedIn
from pulse.live.messages import Message

_tabs: dict[UUID, WeakSet[Client]] = {}
_KEPT = "pl-session"


def keep_tab(session: StaffSession) -> None:
    """Register the owner of this tab, so that it closes with the session."""
    client = ui.context.client
    client.storage[_KEPT] = session
    _tabs.setdefault(session.id, WeakSet()).add(client)
    client.on_delete(lambda: _forget(client))


def of_tab() -> StaffSession:
    """Return the session of this tab as last known, without asking the database."""
    found = ui.context.client.storage.get(_KEPT)
    if not isinstance(found, StaffSession):
        raise NotSignedIn("Sign in first.")
    return found


def book_of_tab() -> str:
    """Return whose customers this tab sees (Scope.book); part of every shared cache key."""
    found = session_of_tab()
    return found.book if found else ALL


def session_of_tab() -> StaffSession | None:
    """Return the session of this tab; None without one (a page outside the layout, a job)."""
    if not context.slot_stack:
        return None
    found = ui.context.client.storage.get(_KEPT)
    return found if isinstance(found, StaffSession) else None


async def in_book(session: StaffSession | None, messages: list[Message]) -> list[Message]:
    """Return the messages about visible customers, and those that name no customer."""
    if session is None or session.book == ALL:
        return messages
    about = {one.customer_id for one in messages if one.customer_id is not None}
    seen = await seen_among(session.scope, list(about))
    return [one for one in messages if one.is_for_every_book or one.customer_id in seen]


async def verified() -> StaffSession:
    """Return the session of this tab with the current role.

    Called before each view and each change, so that a revoked role takes effect at once. Closes the
    tab and raises NotSignedIn when the session has ended.
    """
    session = of_tab()
    grants = await grants_of_open([session])
    if session.id not in grants:
        close_tabs(session.id)
        raise NotSignedIn("You have been signed out.")
    now = grants[session.id]
    return msgspec.structs.replace(
        session, role=now.role, role_name=now.role_name, granted=now.granted
    )


def close_tabs(session_id: UUID) -> None:
    """Reload all open tabs of this session; the guard then redirects to sign-in."""
    for client in list(_tabs.pop(session_id, ())):
        if not client.is_deleted:
            client.run_javascript("window.location.reload()")


async def close_ended_tabs() -> None:
    """Close the tabs of sessions that ended in another process; called by a timer."""
    if _tabs:
        sessions = [client.storage[_KEPT] for tabs in _tabs.values() for client in list(tabs)[:1]]
        still = await grants_of_open(sessions)
        for session_id in [known for known in _tabs if known not in still]:
            close_tabs(session_id)


def follow(old: StaffSession, renewed: StaffSession) -> None:
    """Move the open tabs of a renewed session to the new one."""
    for client in _tabs.pop(old.id, ()):
        client.storage[_KEPT] = renewed
        _tabs.setdefault(renewed.id, WeakSet()).add(client)


def owns_page(session: StaffSession | None, client_id: object) -> bool:
    """Return whether this page was opened by this person."""
    client = Client.instances.get(client_id) if isinstance(client_id, str) else None
    owner = client.storage.get(_KEPT) if client else None
    if session is None or not isinstance(owner, StaffSession):
        return False
    return (owner.business_id, owner.staff_id) == (session.business_id, session.staff_id)


def pages_of(session: StaffSession) -> int:
    """Return how many pages this person has open or has just loaded."""
    kept = (client.storage.get(_KEPT) for clients in _tabs.values() for client in clients)
    return sum(
        isinstance(owner, StaffSession) and owner.staff_id == session.staff_id for owner in kept
    )


def _forget(client: Client) -> None:
    session = client.storage.get(_KEPT)
    if isinstance(session, StaffSession) and (tabs := _tabs.get(session.id)) is not None:
        tabs.discard(client)
        if not tabs:
            _tabs.pop(session.id, None)
