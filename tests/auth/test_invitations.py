"""Invitations: one use, seven days, one business, and no way around the rules of sign-in."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest

from pulse import clock
from pulse.auth import audit
from pulse.auth.oidc import providers
from pulse.auth.oidc.accounts import sign_in_with
from pulse.auth.oidc.discovery import Metadata
from pulse.auth.oidc.domains import prove_by_operator
from pulse.auth.oidc.flow import Begun, Claims
from pulse.auth.oidc.providers import Provider, enforce, set_provider
from pulse.auth.role_definitions import set_role_rule
from pulse.auth.roles import Permission, Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import RoleRule
from pulse.auth.sign_in.invitations import (
    Invitation,
    accept,
    invite,
    invite_again,
    open_invitation,
)
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.password_changes import give_new
from pulse.auth.sign_in.staff_sessions import session_of
from pulse.auth.staff import change_role, deactivate, people, person_by_email, reactivate
from pulse.db.transaction import system
from pulse.errors import Conflict, Invalid, NotAllowed, NotSignedIn, PulseError, TooMany

NIA = "nia@shop.example"
CHOSEN = "seven quiet harbours"
ISSUER = "https://id.example"


async def accepted(token: str, password: str = CHOSEN) -> str:
    """Open the invitation and choose this password; returns the cookie."""
    cookie, _ = await accept(await open_invitation(token), password)
    return cookie


async def test_an_invited_person_chooses_a_password_and_is_signed_in(shop: Scope) -> None:
    made = await invite(shop, " Nia@Shop.example ", "Nia New", Role.csm)
    with pytest.raises(NotSignedIn):
        await sign_in(NIA, "")
    found = await open_invitation(made.token)
    assert (found.name, found.email, found.invited_by) == ("Nia New", NIA, "Ada Admin")
    session = await session_of(await accepted(made.token))
    assert session
    assert (session.email, session.role, session.business_id) == (NIA, Role.csm, shop.business_id)
    assert (await sign_in(NIA, CHOSEN))[1].staff_id == made.staff_id
    told = [entry for entry in await audit.entries(shop) if entry.action.startswith("staff.")]
    assert [(one.action, one.actor["name"], one.subject) for one in told[:3]] == [
        ("staff.invitation_accepted", "Nia New", NIA),
        ("staff.invited", "Ada Admin", NIA),
        ("staff.added", "Ada Admin", NIA),
    ]
    assert told[0].after == {"invited_by": "Ada Admin"}


async def test_an_invited_admin_does_not_count_as_the_one_who_remains(shop: Scope) -> None:
    made = await invite(shop, NIA, "Nia New", Role.admin)
    with pytest.raises(Conflict, match="needs an admin"):
        await change_role(shop, shop.actor.id, Role.viewer)
    await accepted(made.token)
    await change_role(shop, shop.actor.id, Role.viewer)


async def test_only_the_hash_of_a_token_is_stored_and_it_goes_after_use(shop: Scope) -> None:
    made = await invite(shop, NIA, "Nia New", Role.csm)
    digest = sha256(made.token.encode()).hexdigest()
    assert await stored(digest) == (1, 1)
    assert await stored(made.token) == (0, 0)
    await accepted(made.token)
    assert await stored(digest) == (0, 0)


async def stored(text: str) -> tuple[int, int]:
    """Count the rows of staff and of the directory with this text."""
    async with system() as unit:
        rows = await unit.fetchval("SELECT count(*) FROM staff WHERE staff::text ~ $1", text)
        keys = await unit.fetchval("SELECT count(*) FROM directory_entries WHERE key = $1", text)
    return rows, keys


async def test_of_two_who_accept_at_once_one_succeeds(shop: Scope) -> None:
    made = await invite(shop, NIA, "Nia New", Role.csm)
    both = [await open_invitation(made.token) for _ in range(2)]
    words = ["seven quiet harbours", "nine loud harbours"]
    ended = await asyncio.gather(
        *(accept(one, word) for one, word in zip(both, words, strict=True)),
        return_exceptions=True,
    )
    refused = [one for one in ended if isinstance(one, BaseException)]
    assert [getattr(one, "code", one) for one in refused] == ["INVITATION_USED"]
    lost = ended.index(refused[0])
    assert await sign_in(NIA, words[1 - lost])
    with pytest.raises(NotSignedIn):
        await sign_in(NIA, words[lost])


async def replace(shop: Scope, made: Invitation) -> None:
    """Invite again."""
    await invite_again(shop, made.staff_id)


async def give_password(shop: Scope, made: Invitation) -> None:
    """Give a first password instead."""
    await give_new(shop, made.staff_id)


async def remove_and_return(shop: Scope, made: Invitation) -> None:
    """Deactivate the person, then reactivate them."""
    await deactivate(shop, made.staff_id)
    await reactivate(shop, made.staff_id)


async def use(shop: Scope, made: Invitation) -> None:
    """Use the link."""
    await accepted(made.token, "nine loud harbours")


async def sign_in_by_provider(shop: Scope, made: Invitation) -> None:
    """Sign in at the identity provider."""
    begun = Begun(shop.business_id, "s", "n", "v", "/")
    values = {"sub": "nia", "email": made.email, "email_verified": True}
    await sign_in_with(Claims(Provider(ISSUER, "pulse", ["shop.example"]), begun, values))


@pytest.mark.parametrize(
    "end", [replace, give_password, remove_and_return, use, sign_in_by_provider]
)
async def test_a_link_ends(
    shop: Scope, end: Callable[[Scope, Invitation], Awaitable[None]]
) -> None:
    made = await invite(shop, NIA, "Nia New", Role.csm)
    opened = await open_invitation(made.token)
    await end(shop, made)
    with pytest.raises(Invalid, match="was used already, or a newer one replaced it"):
        await open_invitation(made.token)
    with pytest.raises(Invalid, match="was used already"):  # a form that was open meanwhile
        await accept(opened, CHOSEN)
    with pytest.raises(NotSignedIn):
        await sign_in(NIA, CHOSEN)


async def test_a_removed_person_is_not_let_in(shop: Scope) -> None:
    made = await invite(shop, NIA, "Nia New", Role.csm)
    opened = await open_invitation(made.token)
    await deactivate(shop, made.staff_id)
    for attempt in (open_invitation(made.token), accept(opened, CHOSEN)):
        with pytest.raises(Invalid, match="was used already"):
            await attempt
    with pytest.raises(Conflict, match="deactivated"):
        await invite_again(shop, made.staff_id)


async def test_a_link_expires_after_seven_days_and_can_be_replaced(shop: Scope) -> None:
    made = await invite(shop, NIA, "Nia New", Role.csm)
    with clock.at(clock.now() + timedelta(days=6, hours=23)):
        opened = await open_invitation(made.token)
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        with pytest.raises(Invalid, match="has expired: ask Ada Admin for a new one"):
            await open_invitation(made.token)
        with pytest.raises(Invalid):
            await accept(opened, CHOSEN)
        nia = await person_by_email(shop, NIA)
        assert nia.awaited
        again = await invite_again(shop, nia.id)
        assert await session_of(await accepted(again.token))
    nia = await person_by_email(shop, NIA)
    assert (nia.awaited, nia.invited_until) == (False, None)
    with pytest.raises(Conflict, match="give them a new password instead"):
        await invite_again(shop, nia.id)


async def test_a_changed_token_and_another_business_open_nothing(
    shop: Scope, other_shop: Scope
) -> None:
    made = await invite(shop, NIA, "Nia New", Role.csm)
    theirs = await invite(other_shop, "otto@other.example", "Otto", Role.admin)
    digest = sha256(made.token.encode()).hexdigest()
    last = "A" if made.token[-1] != "A" else "B"
    for token in ("", digest, made.token[:-1], made.token[:-1] + last, made.token.swapcase()):
        with pytest.raises(Invalid, match="was used already"):
            await open_invitation(token)
    mine, other = await open_invitation(made.token), await open_invitation(theirs.token)
    for changes in (
        {"business_id": other.business_id},
        {"id": other.id},
        {"business_id": other.business_id, "id": other.id},
    ):
        with pytest.raises(Invalid, match="was used already"):
            await accept(msgspec.structs.replace(mine, **changes), CHOSEN)
    with pytest.raises(PulseError, match="no such member"):
        await invite_again(other_shop, made.staff_id)
    assert await session_of(await accepted(made.token))


async def test_single_sign_on_that_is_enforced_has_no_way_around(
    shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def metadata_of(_: str) -> Metadata:
        return Metadata(ISSUER, f"{ISSUER}/a", f"{ISSUER}/t", f"{ISSUER}/k")

    monkeypatch.setattr(providers, "metadata_of", metadata_of)
    before = await invite(shop, NIA, "Nia New", Role.csm)
    await set_provider(shop, Provider(ISSUER, "pulse", ["shop.example"]), "secret")
    with pytest.raises(NotAllowed):
        await prove_by_operator(shop, "shop.example")
    await prove_by_operator(Scope.for_pulse(shop.business_id), "shop.example")
    await enforce(shop, True)
    with pytest.raises(NotAllowed, match="single sign-on, not with a password"):
        await open_invitation(before.token)
    with pytest.raises(NotAllowed, match="single sign-on, not with a password"):
        await invite_again(shop, before.staff_id)
    later = await invite(shop, "ole@shop.example", "Ole", Role.csm)
    assert later.token == ""
    guest = await invite(shop, "guest@elsewhere.example", "Gast", Role.csm)
    assert await session_of(await accepted(guest.token))


async def test_who_may_invite_whom(shop: Scope) -> None:
    desk = RoleRule("Desk", permissions=frozenset({Permission.manage_people, Permission.view}))
    await set_role_rule(shop, desk)
    csm = msgspec.structs.replace(shop, role=Role.csm)
    lead = msgspec.structs.replace(shop, role=Role.viewer, granted=desk.permissions)
    with pytest.raises(NotAllowed):
        await invite(csm, NIA, "Nia New", Role.viewer)
    with pytest.raises(NotAllowed):
        await invite(lead, NIA, "Nia New", Role.admin)
    made = await invite(shop, NIA, "Nia New", Role.admin)
    for scope in (csm, lead):
        with pytest.raises(NotAllowed):
            await invite_again(scope, made.staff_id)
    with pytest.raises(Conflict, match=r"signs in as nia@shop\.example already"):
        await invite(shop, NIA, "Nia Again", Role.csm)
    assert len(await people(shop)) == 2


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "PASSWORD_LENGTH"),
        ("x" * 300, "PASSWORD_COMMON"),
        ("password123", "PASSWORD_COMMON"),
        ("nia-new-2026", "PASSWORD_COMMON"),
    ],
)
async def test_a_weak_password_is_refused_and_the_link_stays_open(
    shop: Scope, password: str, code: str
) -> None:
    made = await invite(shop, NIA, "Nia New", Role.csm)
    with pytest.raises(Invalid) as refused:
        await accepted(made.token, password)
    assert refused.value.code == code
    assert await session_of(await accepted(made.token))


async def test_a_role_with_a_second_factor_asks_for_one_before_the_session(shop: Scope) -> None:
    view = frozenset({Permission.view})
    await set_role_rule(shop, RoleRule("Desk", permissions=view, second_factor=True))
    made = await invite(shop, NIA, "Nia New", "Desk")
    cookie, session = await accept(await open_invitation(made.token), CHOSEN)
    assert session.step == "enrolment"
    assert await session_of(cookie) is None


async def test_guessing_tokens_is_rate_limited(shop: Scope) -> None:
    made = await invite(shop, NIA, "Nia New", Role.csm)
    for number in range(30):
        with pytest.raises(Invalid):
            await open_invitation(f"guess {number}", address="203.0.113.9")
    with pytest.raises(TooMany):
        await open_invitation(made.token, address="203.0.113.9")
    assert await open_invitation(made.token, address="198.51.100.4")
