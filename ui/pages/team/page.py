"""Team: people with role, book and workload; adding and deactivating people."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from nicegui import binding

from pulse import clock, offboarding
from pulse.auth.role_definitions import set_team
from pulse.auth.roles import Permission
from pulse.auth.second_factor.factors import reset_sign_in
from pulse.auth.sign_in.password_changes import give_new
from pulse.auth.staff import Person, change_role, people, reactivate
from pulse.cards.outcomes.outcome_stats import StaffOutreach, by_staff
from ui import kit
from ui.components.copy_dialog import show_once
from ui.components.outreach_links import links_of
from ui.formatters import ago, number, percent, plural, short_day
from ui.kit.dialogs import ask, confirm, dialog, foot
from ui.kit.fields import Select, select_field, text_field
from ui.kit.text import box, link, text
from ui.pages.team.invitations import Invitations
from ui.pages.team.role_panel import RolePanel, role_words
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.texts import gettext

Member = tuple[Person, StaffOutreach | None]


@binding.bindable_dataclass
class TeamState:
    """State of the page; elements are bound to it."""

    members: Sequence[Member] = ()


@view(
    "Team",
    icon="badge",
    route="/team",
    permission=(Permission.see_setup, Permission.manage_people),
    order=40,
    section="Set up",
)
async def show(page: Page) -> None:
    """Show everybody, and the admin's actions."""
    team = _Team(page)
    await team.draw()
    await team.read()


class _Team:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._may = page.scope.may(Permission.manage_people)
        self.state = TeamState()
        self._reads = ReadOrder()
        self._roles = RolePanel(page, self._again)
        self._invitations = Invitations(page, self._roles.offered, self.read)

    async def draw(self) -> None:
        """Draw the people, and the permissions of the roles."""
        with kit.Title("Team", "People, their roles, customers and results").actions():
            if self._may:
                kit.Button(
                    "Add a person …", self._invitations.add, icon="person_add", kind="primary"
                )
        with kit.panel("People", "outcomes of 30 days", flush=True):
            members = kit.Items(self._line, key=lambda one: one[0].id)
            members.bind_items_from(self.state, "members")
        await self._roles.draw()

    async def read(self) -> None:
        """Read people and workload, and assign them to the state."""
        read = self._reads.start()
        staff = await people(self._page.scope, also_inactive=self._may)
        work = {one.staff_id: one for one in await by_staff(self._page.scope)}
        if read.accept():
            self.state.members = tuple((one, work.get(one.id)) for one in staff)

    async def _again(self) -> None:
        """Update everything after the roles changed, including the choices beside each person."""
        self.state.members = ()
        await self.read()

    def _line(self, member: Member) -> None:
        person, work = member
        with box("pl-item pl-item--acts pl-person"):
            kit.avatar(person.name)
            with box("pl-grow"):
                text(person.name, "pl-strong-text", tag="div")
                seen = _seen(person)
                about = [person.email, seen]
                if person.team:
                    about.append(gettext("team {team}").format(team=person.team))
                text(" · ".join(about), "pl-small pl-quiet", tag="div")
            if work:
                _numbers(person, work)
            if not person.is_active:
                kit.Badge(gettext("has left"))
            if self._may and person.permissions <= self._page.scope.permissions:
                self._controls(person)
            else:
                kit.Badge(role_words(person.role_label))

    def _controls(self, person: Person) -> None:
        roles = self._roles.offered()
        label = gettext("Role of {name}").format(name=person.name)
        Select(label, roles, person.role_label, self._roling(person), width=132)
        if person.is_active:
            kit.Button("Team …", self._teaming(person), kind="quiet", small=True)
            if person.awaited:
                again = self._invitations.again(person)
                kit.Button("New invitation …", again, kind="quiet", small=True)
            kit.Button("New password …", self._resetting(person), kind="quiet", small=True)
            kit.Button("Reset sign-in …", self._forgetting(person), kind="quiet", small=True)
            kit.Button("Deactivate …", self._leaving(person), kind="quiet", small=True)
        else:
            kit.Button("Reactivate", self._returning(person), kind="quiet", small=True)

    def _roling(self, person: Person) -> Callable[[str], Awaitable[None]]:
        async def act(role: str) -> None:
            await change_role(await self._page.confirmed(), person.id, role)
            kit.toast(
                gettext("{name} is {role} now.").format(name=person.name, role=role_words(role))
            )
            await self.read()

        return act

    def _teaming(self, person: Person) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            with self._page.place:
                with dialog(gettext("{name}’s team").format(name=person.name)) as asked:
                    text(
                        gettext("Where a role sees its team's customers, it shares these."),
                        "pl-quiet",
                    )
                    team = text_field("Team", person.team)
                    foot(asked, "Save", lambda: (team.value or "",))
                answer = await ask(asked)
            if answer:
                await set_team(await self._page.confirmed(), person.id, answer[0])
                await self.read()

        return act

    def _resetting(self, person: Person) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            with self._page.place:
                sure = await confirm(
                    gettext("A new password for {name}?").format(name=person.name),
                    "The one they have ends, and they are signed out everywhere.",
                    "Make one",
                )
            if sure:
                made = await give_new(await self._page.confirmed(), person.id)
                note = gettext(
                    "Give it to {name}: it is not shown again, and they choose another when "
                    "they sign in with it."
                ).format(name=person.name)
                with self._page.place:
                    await show_once(
                        gettext("{name}’s new password").format(name=person.name), made, note
                    )

        return act

    def _forgetting(self, person: Person) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            with self._page.place:
                sure = await confirm(
                    gettext("Reset how {name} signs in?").format(name=person.name),
                    "Their authenticator app, passkeys, recovery codes and link to single sign-on "
                    "are removed, and they are signed out everywhere.",
                    "Reset",
                    "bad",
                )
            if sure:
                await reset_sign_in(await self._page.confirmed(), person.id)
                kit.toast(
                    gettext("{name} signs in with the password alone now.").format(name=person.name)
                )

        return act

    def _leaving(self, person: Person) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            staff = [one for one in await people(self._page.scope) if one.id != person.id]
            heirs = {str(one.id): one.name for one in staff if one.may(Permission.work_cards)}
            heirs[""] = gettext("Unassigned")
            able = [one for one in staff if str(one.id) in heirs]
            least = min(able, key=lambda one: one.customers, default=None)
            default = str(least.id) if least else ""
            with self._page.place:
                with dialog(gettext("Deactivate {name}?").format(name=person.name)) as asked:
                    text(
                        gettext("They are signed out everywhere immediately."), "pl-quiet", tag="p"
                    )
                    words = gettext("Their {customers}, lapsed ones too, and cards go to").format(
                        customers=plural(person.customers, "customer")
                    )
                    heir = select_field(words, heirs, default)
                    foot(asked, "Deactivate", lambda: (heir.value or "",), "bad")
                answer = await ask(asked)
            if answer:
                to = UUID(answer[0]) if answer[0] else None
                moved = await offboarding.offboard(await self._page.acting(), person.id, to)
                if moved:
                    kit.toast(
                        gettext("{customers} now with {heirs}.").format(
                            customers=plural(moved, "customer"), heirs=heirs[answer[0]]
                        )
                    )
                await self.read()

        return act

    def _returning(self, person: Person) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            await reactivate(await self._page.acting(), person.id)
            await self.read()

        return act


def _seen(person: Person) -> str:
    if person.last_seen_at is None and person.invited_until:
        if person.invited_until <= clock.now():
            return gettext("invitation expired")
        return gettext("invited until {day}").format(
            day=short_day(person.invited_until, clock.now())
        )
    if person.last_seen_at is None:
        return gettext("never signed in")
    return gettext("active {last_seen_at}").format(
        last_seen_at=ago(person.last_seen_at, clock.now())
    )


def _numbers(person: Person, work: StaffOutreach) -> None:
    rate = percent(work.good / work.outcomes) if work.outcomes else "–"
    lists = links_of(person.id, days=30)
    figures = (
        (gettext("customers"), number(work.customers), lists.customers),
        (gettext("cards open"), number(work.open_cards), lists.open_cards),
        (gettext("delivered"), number(work.actioned), lists.delivered),
        (gettext("response"), rate, lists.outcomes),
    )
    for words, value, listed in figures:
        with box("pl-person__figure pl-narrow-hide"):
            link(value, listed, "pl-link pl-num pl-strong-text")
            text(words, "pl-small pl-quiet", tag="div")
