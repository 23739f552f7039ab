"""Single sign-on: the identity provider, its e-mail domains, and the roles it grants."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import binding

from pulse.auth.oidc.domains import DomainProof, domain_proofs, prove_by_dns
from pulse.auth.oidc.flow import callback_url
from pulse.auth.oidc.providers import Provider, provider_of, remove_provider, set_provider
from pulse.auth.roles import Role
from pulse.errors import Invalid
from ui import kit
from ui.formatters import day
from ui.kit.dialogs import confirm
from ui.kit.fields import select_field, text_area, text_field, tick
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext

ROLES = {role.value: role.value for role in Role}


@binding.bindable_dataclass
class SsoState:
    """The configured provider: unset until read, `None` for none."""

    providers: Sequence[Provider | None] = ()
    domains: Sequence[DomainProof] = ()


class SsoSettings:
    """A form for the provider; admins only."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._state = SsoState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Draw the form with the current values."""
        await self._read()
        form = kit.Items(self._draw_form, key=lambda one: one is not None)
        form.bind_items_from(self._state, "providers")
        with kit.panel("Domain verification", "before passwords can be refused", flush=True):
            domains = kit.Items(self._draw_domain, key=lambda one: one.domain, nothing=_none_yet)
            domains.bind_items_from(self._state, "domains")

    async def _read(self) -> None:
        read = self._reads.start()
        provider = await provider_of(self._page.scope)
        domains = await domain_proofs(self._page.scope)
        if read.accept():
            self._state.providers, self._state.domains = (provider,), tuple(domains)

    def _draw_domain(self, one: DomainProof) -> None:
        with box("pl-item pl-item--acts"):
            with box("pl-grow"):
                text(one.domain, "pl-strong-text", tag="div")
                if one.proven_at is None:
                    text(
                        gettext("Set a TXT record of {record_name} to:").format(
                            record_name=one.record_name
                        ),
                        "pl-small pl-quiet",
                    )
                    text(one.record_value, "pl-small", tag="code")
            if one.proven_at is None:
                check = kit.Button("Check", self._checking(one.domain), small=True)
                check.props["aria-label"] = gettext("Check {domain}").format(domain=one.domain)
            else:
                kit.Badge(
                    gettext("verified on {proven_at}").format(proven_at=day(one.proven_at)), "good"
                )

    def _checking(self, domain: str) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            await prove_by_dns(await self._page.confirmed(), domain)
            kit.toast(gettext("{domain} is verified.").format(domain=domain))
            await self._read()

        return act

    def _draw_form(self, found: Provider | None) -> None:
        one = found or Provider(issuer="", client_id="", domains=[])
        with box():
            with kit.panel("Single sign-on", "OpenID Connect"), box("pl-form"):
                text(
                    gettext("Register Pulse at your provider with this redirect address:"),
                    "pl-quiet",
                )
                text(callback_url(), "pl-strong-text", tag="code")
                self._fields(one, is_set=found is not None)
            with kit.row():
                kit.Button("Save", self._save, kind="primary")
                if found:
                    kit.Button("Remove …", self._remove, kind="quiet")

    def _fields(self, one: Provider, *, is_set: bool) -> None:
        self._issuer = text_field(
            "Issuer", one.issuer, placeholder="https://accounts.google.com", kind="url"
        )
        self._client = text_field("Client id", one.client_id)
        kept = gettext("unchanged when left empty") if is_set else ""
        self._secret = text_field("Client secret", placeholder=kept, kind="password")
        self._domains = text_field(
            "E-mail domains, by commas", ", ".join(one.domains), placeholder="example.com"
        )
        self._claim = text_field(
            "Claim that gives the role (may be empty)",
            one.role_claim,
            placeholder="groups, roles or realm_access.roles",
        )
        lines = "\n".join(f"{value} = {role}" for value, role in one.role_values.items())
        self._roles = text_area(
            "Role by value of the claim, one a line", lines, placeholder="pulse-admins = admin"
        )
        self._default = select_field("Role of everybody else", ROLES, one.default_role)
        self._enforced = tick(
            "Only single sign-on: refuse passwords of these domains",
            one.is_enforced,
            lambda _: None,
        )

    async def _save(self) -> None:
        given = Provider(
            issuer=self._issuer.value or "",
            client_id=self._client.value or "",
            domains=(self._domains.value or "").split(","),
            role_claim=self._claim.value or "",
            role_values=_role_values(self._roles.value or ""),
            default_role=self._default.value or Role.viewer.value,
            is_enforced=bool(self._enforced.value),
        )
        await set_provider(await self._page.confirmed(), given, self._secret.value or "")
        kit.toast("Single sign-on is set.")
        await self._read()

    async def _remove(self) -> None:
        with self._page.place:
            sure = await confirm(
                "Remove single sign-on?",
                "Accounts stay. Give a new password to people who have none.",
                "Remove",
                "bad",
            )
        if sure:
            await remove_provider(await self._page.confirmed())
            await self._read()


def _none_yet() -> None:
    text(gettext("Save a provider with its domains first."), "pl-quiet pl-item")


def _role_values(lines: str) -> dict[str, str]:
    """Parse lines of `value = role`; Invalid names the wrong line."""
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in lines.splitlines())):
        value, equals, role = line.rpartition("=")
        if not equals or not value.strip():
            raise Invalid(
                gettext("“{line}” is no rule: write value = role.").format(line=line),
                field="role_values",
            )
        found[value.strip()] = role.strip()
    return found
