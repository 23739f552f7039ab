"""Invite people: the dialogs, and the text to send."""

from collections.abc import Awaitable, Callable, Mapping

from pulse.auth.roles import Role
from pulse.auth.sign_in.invitations import Invitation, invite, invite_again
from pulse.auth.staff import Person
from pulse.settings import current
from ui.auth.invitation import invitation_link
from ui.auth.session import SIGN_IN
from ui.components.copy_dialog import show_once
from ui.formatters import day
from ui.kit.dialogs import ask, confirm, dialog, foot
from ui.kit.fields import select_field, text_field
from ui.runtime.page_context import Page
from ui.texts import gettext


class Invitations:
    """The actions of the page; roles: the roles that may be given. changed: reads the people."""

    def __init__(
        self,
        page: Page,
        roles: Callable[[], Mapping[str, str]],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._page, self._roles, self._changed = page, roles, changed

    async def add(self) -> None:
        """Ask for name, e-mail and role, add the person, and show the invitation."""
        with self._page.place:
            with dialog("Add a person") as asked:
                name = text_field("Name")
                email = text_field("E-mail", kind="email")
                roles = self._roles()
                role = select_field("Role", roles, Role.csm.value if "csm" in roles else None)
                foot(asked, "Add", lambda: (email.value, name.value, role.value))
            answer = await ask(asked)
        if answer:
            mail, called, as_role = (str(part or "").strip() for part in answer)
            made = await invite(await self._page.confirmed(), mail, called, as_role)
            await self._changed()
            await self._show(made)

    def again(self, person: Person) -> Callable[[], Awaitable[None]]:
        """Return the handler that replaces this person's invitation."""

        async def act() -> None:
            with self._page.place:
                sure = await confirm(
                    gettext("A new invitation for {name}?").format(name=person.name),
                    "The link they have ends.",
                    "Make one",
                )
            if sure:
                made = await invite_again(await self._page.confirmed(), person.id)
                await self._changed()
                await self._show(made)

        return act

    async def _show(self, made: Invitation) -> None:
        """Show the text to send, once."""
        note = gettext("Send it to {name} yourself: it is not shown again.")
        with self._page.place:
            await show_once(
                gettext("Invitation for {name}").format(name=made.name),
                invitation(self._page.business.name, made),
                note.format(name=made.name),
            )


def invitation(business: str, made: Invitation) -> str:
    """Return the text that an admin sends to a new member of staff."""
    if not made.token:
        address = f"{current().public_url.rstrip('/')}{SIGN_IN}"
        return gettext(
            "Hello {name},\n\nyou have been added to Pulse for {business}. Sign in with single "
            "sign-on and your e-mail {email}:\n{address}"
        ).format(name=made.name, business=business, email=made.email, address=address)
    return gettext(
        "Hello {name},\n\nyou have been added to Pulse for {business}. Choose your password here:"
        "\n{link}\n\nThe link is for you alone ({email}), works once, and ends on {day}."
    ).format(
        name=made.name,
        business=business,
        link=invitation_link(made.token),
        email=made.email,
        day=day(made.expires_at),
    )
