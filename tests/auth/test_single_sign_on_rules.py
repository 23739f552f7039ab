"""Single sign-on: domains must be verified before passwords are disabled; second factors."""

from uuid import uuid4

import msgspec
import pyotp
import pytest

from pulse import clock, settings
from pulse.auth import audit
from pulse.auth.oidc import providers
from pulse.auth.oidc.accounts import sign_in_with
from pulse.auth.oidc.discovery import Metadata
from pulse.auth.oidc.domains import domain_proofs, prove_by_dns, prove_by_operator
from pulse.auth.oidc.flow import Begun, Claims
from pulse.auth.oidc.providers import Provider, enforce, refuse_passwords, set_provider
from pulse.auth.role_definitions import delete_role, set_role_rule
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.second_factor import totp
from pulse.auth.sign_in.grants import RoleRule
from pulse.auth.sign_in.staff_sessions import StaffSession, session_of
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.fixtures.dns_server import dns_server

ISSUER = "https://id.example"
GIVEN = Provider(ISSUER, "pulse", ["shop.example"], "groups", {"desk": "Desk", "boss": "admin"})


@pytest.fixture(autouse=True)
def known_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cache the provider's metadata, so that nothing here contacts the provider."""

    async def metadata_of(_: str) -> Metadata:
        return Metadata(ISSUER, f"{ISSUER}/a", f"{ISSUER}/t", f"{ISSUER}/k")

    monkeypatch.setattr(providers, "metadata_of", metadata_of)


async def test_passwords_are_disabled_only_after_the_domain_is_verified(
    shop: Scope, other_shop: Scope, monkeypatch: pytest.MonkeyPatch
):
    given = msgspec.structs.replace(GIVEN, role_claim="", role_values={})
    with pytest.raises(Conflict, match="Prove first that you own shop"):
        await set_provider(shop, msgspec.structs.replace(given, is_enforced=True), "secret")
    await set_provider(shop, given, "secret")
    with pytest.raises(Conflict, match="Prove first"):
        await enforce(shop, True)
    (proof,) = await domain_proofs(shop)
    assert proof.record_name == "_pulse-challenge.shop.example"
    records = {proof.record_name: "pulse-domain=somebody-elses"}
    async with dns_server(records) as address:
        chosen = msgspec.structs.replace(settings.current(), dns_servers=address)
        monkeypatch.setattr(settings, "_chosen", [chosen])
        with pytest.raises(Invalid) as refused:
            await prove_by_dns(shop, "shop.example")
        assert refused.value.details["found"] == ["pulse-domain=somebody-elses"]
        records.clear()
        with pytest.raises(Invalid, match="does not hold"):
            await prove_by_dns(shop, "shop.example")
        records[proof.record_name] = proof.record_value
        assert (await prove_by_dns(shop, " SHOP.example ")).proven_at is not None
    await refuse_passwords("admin@shop.example", shop.business_id)  # not enforced yet
    await enforce(shop, True)
    with pytest.raises(NotAllowed, match="single sign-on, not with a password"):
        await refuse_passwords("admin@shop.example", shop.business_id)
    await refuse_passwords("admin@shop.example", other_shop.business_id)
    told = [entry.action for entry in await audit.entries(shop)]
    assert told[:2] == ["oidc.enforced", "oidc.domain_proven"]

    wider = msgspec.structs.replace(given, domains=["shop.example", "new.example"])
    with pytest.raises(Conflict, match=r"own new\.example"):
        await set_provider(shop, msgspec.structs.replace(wider, is_enforced=True))
    with pytest.raises(NotFound):
        await prove_by_dns(shop, "other.example")
    with pytest.raises(NotAllowed):
        await prove_by_operator(shop, "shop.example")


async def signed_in(shop: Scope, groups: list[str], amr: object) -> StaffSession:
    """Return the session of Nora as opened by the provider's checked claims."""
    return (await opened(shop, groups, amr))[1]


async def opened(shop: Scope, groups: list[str], amr: object) -> tuple[str, StaffSession]:
    """Return (cookie, session) of Nora's sign-in."""
    provider = await providers.provider_of(shop)
    assert provider
    begun = Begun(shop.business_id, "s", "n", "v", "/")
    values = {"sub": "nora", "email": "nora@shop.example", "email_verified": True}
    claims = Claims(provider, begun, {**values, "groups": groups, "amr": amr})
    return await sign_in_with(claims)


async def test_a_claim_grants_a_custom_role_that_requires_a_second_factor(shop: Scope):
    desk = RoleRule("Desk", permissions=frozenset({Permission.work_cards}))
    with pytest.raises(Invalid, match="The roles of this business are"):
        await set_provider(shop, GIVEN, "secret")
    await set_role_rule(shop, desk)
    await set_provider(shop, GIVEN, "secret")
    session = await signed_in(shop, ["desk"], ["pwd"])
    assert (session.grant.name, session.step) == ("Desk", "")
    assert session.scope.may(Permission.work_cards)
    with pytest.raises(Conflict):
        await delete_role(shop, "Desk")

    await set_role_rule(shop, msgspec.structs.replace(desk, second_factor=True))
    for amr, step in ((["pwd"], "enrolment"), (None, "enrolment"), ("mfa", "enrolment")):
        assert (await signed_in(shop, ["desk"], amr)).step == step
    assert (await signed_in(shop, ["desk"], ["pwd", "mfa"])).step == ""
    sealed = totp.new_secret()
    code = pyotp.TOTP(totp.secret_text(sealed)).at(clock.now())
    await totp.enrol(session.scope, sealed, code)
    assert (await signed_in(shop, ["desk"], ["pwd"])).step == "second_factor"
    assert (await signed_in(shop, ["desk"], ["mfa"])).step == ""


async def test_of_several_roles_the_one_with_most_permissions_counts(shop: Scope):
    await set_role_rule(shop, RoleRule("Desk"))
    await set_provider(shop, GIVEN, "secret")
    assert (await signed_in(shop, ["desk", "boss", str(uuid4())], None)).grant.name == "admin"
    assert (await signed_in(shop, ["nothing"], None)).grant.name == "viewer"


async def test_a_claim_with_another_book_ends_the_sessions_of_the_former_role(shop: Scope):
    await set_role_rule(shop, RoleRule("Desk", book="own"))
    await set_role_rule(shop, RoleRule("Floor", permissions=frozenset({Permission.work_cards})))
    values = {"desk": "Desk", "floor": "Floor", "boss": "manager"}
    await set_provider(shop, msgspec.structs.replace(GIVEN, role_values=values), "secret")

    as_manager, session = await opened(shop, ["boss"], None)
    assert session.scope.sees_all
    as_floor, _ = await opened(shop, ["floor"], None)  # sees all customers too
    assert await session_of(as_manager)
    as_desk, session = await opened(shop, ["desk"], None)
    assert session.book == f"own:{session.staff_id}"
    assert [await session_of(one) for one in (as_manager, as_floor)] == [None, None]
    again, _ = await opened(shop, ["desk"], None)
    assert await session_of(as_desk)
    await opened(shop, ["boss"], None)
    assert [await session_of(one) for one in (as_desk, again)] == [None, None]
