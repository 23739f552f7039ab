"""Custom roles: made from permissions, which every page and every call requires."""

import asyncio
import re
from collections import defaultdict
from uuid import uuid4

import httpx
import pytest

from pulse import workflows
from pulse.auth import audit
from pulse.auth.api_keys import create_api_key
from pulse.auth.businesses import business_by_id
from pulse.auth.oidc.providers import Provider, set_provider
from pulse.auth.role_definitions import delete_role, role_rules, set_role_rule, set_team
from pulse.auth.roles import PRESETS, Permission, Role
from pulse.auth.second_factor.factors import reset_sign_in
from pulse.auth.sign_in.grants import RoleRule
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.password_changes import give_new
from pulse.auth.sign_in.staff_sessions import COOKIE, grants_of_open, session_of
from pulse.auth.staff import add_staff, change_role, deactivate, people
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound
from widget_api import limits
from widget_api.app import build, document
from widget_api.openapi.openapi_examples import examples

pytestmark = pytest.mark.slow

OPEN = ("live", "ready")
"""Calls that need no sign-in."""
REACHED_BY_CALLS = (
    "work_cards",
    "edit_customers",
    "import_lists",
    "export_data",
    "erase_customers",
    "manage_people",
    "manage_integrations",
    "manage_sign_in",
    "manage_business",
)
"""Permissions that only pages of the dashboard need."""
PASSWORD = "a long enough password"


def rule(name: str, *held: Permission, book: str = "all") -> RoleRule:
    return RoleRule(name, book, permissions=frozenset(held))


async def person(scope, role: str):
    """Return (cookie, session) of a new person with this role."""
    email = f"{uuid4().hex[:8]}@shop.example"
    await add_staff(scope, email, "Rae", role, PASSWORD)
    return await sign_in(email, PASSWORD)


async def test_a_role_is_made_given_changed_and_deleted(shop):
    made = await set_role_rule(shop, rule(" Support  desk ", Permission.work_cards))
    assert made.permissions == {Permission.view, Permission.work_cards}
    cookie, session = await person(shop, "Support desk")
    assert (session.role, session.grant.name) == (Role.viewer, "Support desk")
    assert session.scope.may(Permission.work_cards)
    assert not session.scope.may(Permission.edit_customers)

    await set_role_rule(shop, rule("Support desk", *PRESETS[Role.csm]))
    known = (await grants_of_open([session]))[session.id]
    assert (known.role, known.permissions) == (Role.csm, PRESETS[Role.csm])
    assert (await session_of(cookie)).scope.permissions == PRESETS[Role.csm]

    with pytest.raises(Conflict, match="1 people have this role"):
        await delete_role(shop, "Support desk")
    await change_role(shop, session.staff_id, Role.viewer)
    await delete_role(shop, "Support desk")
    with pytest.raises(NotFound):
        await delete_role(shop, "viewer")
    assert [one.name for one in await role_rules(shop)] == [role.value for role in Role]
    told = [entry.action for entry in await audit.entries(shop) if entry.action.startswith("role.")]
    assert told == ["role.deleted", "role.rule_changed", "role.created"]


async def test_another_book_signs_out_and_is_seen_at_the_next_sign_in(shop):
    await set_role_rule(shop, rule("Field", Permission.edit_customers))
    cookie, session = await person(shop, "Field")
    await set_role_rule(shop, rule("Field", Permission.edit_customers, book="own"))
    assert await session_of(cookie) is None
    _, again = await sign_in(session.email, PASSWORD)
    assert again.book == f"own:{session.staff_id}"


async def test_invalid_roles_are_refused(shop):
    for wrong in (rule(""), rule("x" * 41), rule("Own", book="half"), rule("a\nb\x00")):
        with pytest.raises(Invalid):
            await set_role_rule(shop, wrong)
    with pytest.raises(Invalid, match="sees all customers"):
        await set_role_rule(shop, rule("Own", Permission.manage_integrations, book="own"))
    await set_role_rule(shop, rule("Desk"))
    with pytest.raises(Invalid, match="There is a role “Desk” already"):
        await set_role_rule(shop, rule("DESK"))
    with pytest.raises(Invalid, match="There is no role “Nobody”"):
        await person(shop, "Nobody")


async def test_nobody_grants_or_removes_permissions_they_lack(shop, other_shop):
    await set_role_rule(shop, rule("Lead", Permission.manage_people, Permission.work_cards))
    await set_role_rule(shop, rule("Keys", Permission.manage_integrations))
    await set_role_rule(shop, rule("Login", Permission.manage_sign_in))
    lead = (await person(shop, "Lead"))[1].scope
    helper = (await person(shop, "viewer"))[1]
    await set_role_rule(lead, rule("Caller", Permission.work_cards))
    await change_role(lead, helper.staff_id, "Caller")

    refused = [
        set_role_rule(lead, rule("More", Permission.erase_customers)),
        set_role_rule(lead, rule("Keys", Permission.view)),  # they lack permissions of it
        set_role_rule(lead, RoleRule("manager", second_factor=True)),
        delete_role(lead, "Keys"),
        change_role(lead, helper.staff_id, Role.csm),
        change_role(lead, lead.actor.id, Role.admin),
        change_role(lead, shop.actor.id, Role.viewer),
        deactivate(lead, shop.actor.id),
        give_new(lead, shop.actor.id),
        reset_sign_in(lead, shop.actor.id),
        set_team(lead, shop.actor.id, "north"),
        add_staff(lead, "new@shop.example", "New", Role.manager, PASSWORD),
        create_api_key((await person(shop, "Keys"))[1].scope, "x", ["write"]),
    ]
    for attempt in refused:
        with pytest.raises(NotAllowed, match="more than you hold"):
            await attempt
    login = (await person(shop, "Login"))[1].scope
    wish = Provider("https://id.example", "pulse", ["shop.example"], "groups", {"a": "admin"})
    with pytest.raises(NotAllowed, match="more than you hold"):
        await set_provider(login, wish, "secret")
    with pytest.raises(NotFound):
        await change_role(lead, other_shop.actor.id, "Caller")


async def test_only_who_may_send_and_merge_data_makes_a_key_that_may(shop):
    send, merge = Permission.import_lists, Permission.edit_customers
    for held in ((), (send,), (merge,)):
        await set_role_rule(shop, rule("Keys", Permission.manage_integrations, *held))
        maker = (await person(shop, "Keys"))[1].scope
        with pytest.raises(NotAllowed, match="more than you hold"):
            await create_api_key(maker, "x", ["read", "ingest"])
        assert await create_api_key(maker, "x", ["read"])
    await set_role_rule(shop, rule("Keys", Permission.manage_integrations, send, merge))
    for role in ("Keys", "admin"):
        maker = (await person(shop, role))[1].scope
        assert await create_api_key(maker, "x", ["read", "ingest"])


async def test_one_person_with_all_permissions_always_remains(shop):
    await set_role_rule(shop, rule("Owner", *Permission))
    owner = (await person(shop, "Owner"))[1].scope
    await change_role(shop, shop.actor.id, Role.viewer)  # the owner remains
    for attempt in (
        change_role(owner, owner.actor.id, Role.manager),
        deactivate(owner, owner.actor.id),
        set_role_rule(owner, rule("Owner", Permission.manage_people)),
    ):
        with pytest.raises(Conflict, match="needs an admin"):
            await attempt
    await change_role(owner, shop.actor.id, Role.admin)
    demoted = await asyncio.gather(
        change_role(owner, shop.actor.id, Role.viewer),
        change_role(owner, owner.actor.id, Role.viewer),
        return_exceptions=True,
    )
    left = [one for one in await people(owner) if one.role is Role.admin]
    assert len(left) == 1, demoted


async def test_the_page_redraws_a_role_after_accepted_and_refused_changes(render, shop):
    from ui.pages.team.page import show

    async with render(show, path="/team") as page:
        await page.choose("Customers that a csm sees", "their own customers")
        await page.choose("Customers that a csm sees", "all customers")
        await page.press("New role …")
        await page.fill("Name of the role", "Desk")
        await page.fill("Work cards", True)
        await page.press("Save")
        page.should_see("view, work cards")
        await page.press("Change …")
        await page.fill("Manage people", True)
        await page.choose("Sees", "their own customers")
        with pytest.raises(Invalid, match="sees all customers"):
            await page.press("Save")
        await page.press("Delete …")
        await page.press("Delete")
        page.should_not_see("view, work cards")


async def with_each_permission(shop):
    """One person with one role after the other, each with one permission: (it, the cookie)."""
    cookie, session = await person(shop, "viewer")
    for permission in Permission:
        await set_role_rule(shop, rule(f"Only {permission}", permission))
        await change_role(shop, session.staff_id, f"Only {permission}")
        yield permission, cookie


async def test_every_page_opens_with_each_permission_that_it_names(ordering_shop):
    from ui.runtime.registry import discover
    from ui.testing import render_view

    await workflows.rescore(ordering_shop)
    business = await business_by_id(ordering_shop.business_id)
    views = [one for one in discover() if "{" not in one.route]
    opened = defaultdict(set)
    async for permission, cookie in with_each_permission(ordering_shop):
        session = await session_of(cookie)
        for view in views:
            if permission in view.permission:
                async with render_view(view.build, business, session, view.route) as page:
                    assert page.texts, view.route
                opened[permission].add(view.route)
            elif Permission.view not in view.permission:
                assert not view.opens_for(session.scope), view.route
    assert opened[Permission.read_audit] == {"/audit"}
    assert opened[Permission.manage_business] == {"/settings"}
    assert opened[Permission.manage_people] == {"/team"}
    assert {"/", "/customers", "/queue"} <= opened[Permission.view]


async def test_every_call_is_opened_by_exactly_one_permission(ordering_shop, monkeypatch):
    await workflows.rescore(ordering_shop)
    monkeypatch.setattr(limits.STAFF_REQUESTS, "take", lambda *_: None)
    transport = httpx.ASGITransport(app=build(), raise_app_exceptions=False)
    opened = defaultdict(set)
    async with httpx.AsyncClient(transport=transport, base_url="http://pulse.test") as client:
        async for permission, cookie in with_each_permission(ordering_shop):
            for name, method, path in operations():
                answer = await call(client, cookie, name, method, path)
                assert answer.status_code < 500, (permission, name, answer.text)
                if not (answer.status_code == 403 and "required" in answer.json()["details"]):
                    opened[name].add(permission)
    seen_by_all = {name for name, by in opened.items() if by == set(Permission)}
    narrow = {name: by for name, by in opened.items() if name not in seen_by_all}
    assert not {name: by for name, by in narrow.items() if len(by) != 1}
    by_name = {name: next(iter(by)) for name, by in narrow.items()}
    assert not [
        name for name in seen_by_all if not name.startswith(("get_", "list_", "read_", *OPEN))
    ]
    assert set(by_name.values()) == {Permission(name) for name in REACHED_BY_CALLS}
    assert by_name["action_card"] is Permission.work_cards
    assert by_name["erase_customer"] is Permission.erase_customers
    assert by_name["set_role"] is Permission.manage_people
    assert by_name["create_webhook_endpoint"] is Permission.manage_integrations
    assert by_name["upload_customers"] is Permission.import_lists


def operations():
    """Return (operation id, method, path) of every call of the API, for customer c1."""
    for path, methods in document()["paths"].items():
        filled = path.replace("{customer_id}", "c1").replace("{name}", "Nothing")
        filled = re.sub(r"\{\w+\}", str(uuid4()), filled)
        for method, described in methods.items():
            if "operationId" in described:
                yield described["operationId"], method, filled


async def call(client, cookie, name, method, path):
    """Send the call of the document's example as the person of this cookie."""
    body = examples().get(name, {}).get("body")
    headers = {"Cookie": f"{COOKIE}={cookie}", "Origin": "http://pulse.test"}
    if name in ("upload_customers", "examine_upload"):
        return await client.request(
            method, path, files={"file": ("a.csv", b"id\n1\n")}, headers=headers
        )
    return await client.request(method, path, json=body, headers=headers)
