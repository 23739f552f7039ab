"""Single sign-on in a browser with a real provider: set up, used, enforced, refused."""

from playwright.async_api import Page, expect

from pulse.auth import audit
from pulse.auth.oidc.domains import prove_by_operator
from pulse.auth.oidc.providers import Provider, enforce, set_provider
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.staff import Person, add_staff, people
from tests.browser.sign_in.conftest import (
    PASSWORD,
    Site,
    Visit,
    admin_of,
    by_password,
    by_provider,
    is_inside,
)
from tests.fixtures.oidc_provider import CLIENT_ID, CLIENT_SECRET


async def person(scope: Scope, email: str) -> Person:
    return next(one for one in await people(scope) if one.email == email)


async def test_a_provider_is_set_and_people_sign_in_by_it(
    site: Site, business: Scope, visit: Visit
):
    admin = await visit()
    await by_password(admin, admin_of(business))
    await is_inside(admin, "Ada Admin")
    await admin.goto(f"{site.url}/settings?tab=sso")
    await admin.get_by_label("Issuer").fill(site.issuer)
    await admin.get_by_label("Client id").fill(CLIENT_ID)
    await admin.get_by_label("Client secret").fill(CLIENT_SECRET)
    await admin.get_by_label("E-mail domains, by commas").fill("flow.example")
    await admin.get_by_label("Claim that gives the role (may be empty)").fill("groups")
    await admin.get_by_label("Role by value of the claim, one a line").fill(
        "pulse-managers = manager"
    )
    await admin.get_by_role("button", name="Save").click()
    await expect(admin.get_by_text("Single sign-on is set.")).to_be_visible()

    nora = await visit()  # without an account: the claim grants her role
    await by_provider(nora, "nora@flow.example", "nora")
    await is_inside(nora, "Nora New")
    assert (await person(business, "nora@flow.example")).role is Role.manager

    omar_id = await add_staff(business, "omar@flow.example", "Omar", Role.csm, PASSWORD)
    omar = await visit()  # his account is linked by the verified e-mail
    await by_provider(omar, "omar@flow.example", "omar")
    await is_inside(omar, "Omar")
    known = await person(business, "omar@flow.example")
    assert (known.id, known.role) == (omar_id, Role.viewer)  # no group: the default role

    written = [entry.action for entry in await audit.entries(business)]
    assert {"oidc.provider_set", "oidc.account_linked", "staff.role_changed"} <= set(written)
    before = await omar.context.cookies()
    await omar.goto(f"{site.url}/sign-in/oidc/callback?code=replayed&state=made-up")
    await is_refused(omar, "Start the sign-in from here, in this browser.")
    assert {one["name"] for one in before} >= {"pulse_session"}


async def test_unverified_or_foreign_addresses_are_refused(
    site: Site, business: Scope, visit: Visit
):
    await add_staff(business, "boss@flow.example", "Boss", Role.admin, PASSWORD)
    given = Provider(issuer=site.issuer, client_id=CLIENT_ID, domains=["flow.example"])
    await set_provider(business, given, CLIENT_SECRET)
    mallory = await visit()
    await by_provider(mallory, "boss@flow.example", "mallory")
    await is_refused(mallory, "The identity provider has not verified your e-mail.")
    eve = await visit()
    await by_provider(eve, "eve@flow.example", "eve")
    await is_refused(eve, "Single sign-on of this business is for flow.example.")
    for stranger in (mallory, eve):
        await stranger.goto(f"{site.url}/queue")
        assert "/sign-in" in stranger.url


async def test_an_enforced_domain_refuses_passwords_and_reports_a_down_provider(
    site: Site, business: Scope, visit: Visit
):
    await add_staff(business, "omar@flow.example", "Omar", Role.csm, PASSWORD)
    given = Provider(issuer=site.issuer, client_id=CLIENT_ID, domains=["flow.example"])
    await set_provider(business, given, CLIENT_SECRET)
    operator = Scope.for_pulse(business.business_id)
    await prove_by_operator(operator, "flow.example")
    await enforce(business, True)
    page = await visit()
    await by_password(page, "omar@flow.example")
    await is_refused(
        page, "People of flow.example sign in with single sign-on, not with a password."
    )
    admin = await visit()  # another domain: passwords still work
    await by_password(admin, admin_of(business))
    await is_inside(admin, "Ada Admin")
    await admin.goto(f"{site.url}/settings?tab=sso")
    await admin.get_by_label("Issuer").fill("http://localhost:9")
    await admin.get_by_role("button", name="Save").click()
    await expect(admin.get_by_text("The identity provider at localhost does not")).to_be_visible()


async def is_refused(page: Page, words: str) -> None:
    await expect(page.get_by_role("alert")).to_have_text(words)
