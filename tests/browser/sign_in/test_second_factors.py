"""Authenticator app, recovery codes and passkeys in a browser, and required sign-in steps."""

import re

import pyotp
from playwright.async_api import Page, expect

from pulse import clock
from pulse.auth import audit
from pulse.auth.role_definitions import set_role_rule
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import RoleRule
from pulse.auth.staff import add_staff
from tests.browser.sign_in.conftest import (
    PASSWORD,
    Site,
    Visit,
    admin_of,
    by_password,
    is_inside,
)

OWN = "one of my own choice"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def enter_code(page: Page, code: str) -> None:
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Continue").click()


async def choose_password(page: Page) -> None:
    for label in ("The new password, 10 characters or more", "The new password again"):
        await page.get_by_label(label).fill(OWN)
    await page.get_by_role("button", name="Continue").click()


async def set_up_app(page: Page) -> tuple[pyotp.TOTP, str, list[str]]:
    """Return (the app, the used code, the recovery codes)."""
    await expect(page.get_by_text("Your role needs a second factor.")).to_be_visible()
    app = pyotp.TOTP(await page.locator("code").inner_text())
    first = app.at(clock.now())
    await page.get_by_label("Code").fill(first)
    await page.get_by_role("button", name="Add the app").click()
    codes = (await page.locator("pre").inner_text()).split()
    assert len(codes) == 10
    await page.get_by_role("button", name="Continue").click()
    return app, first, codes


async def test_a_required_app_is_set_up_and_its_codes_sign_in(
    site: Site, business: Scope, visit: Visit
):
    await set_role_rule(business, RoleRule("csm", second_factor=True))
    email = f"cleo@{admin_of(business).partition('@')[2]}"
    await add_staff(business, email, "Cleo", Role.csm, PASSWORD, temporary=True)
    cleo = await visit()
    await by_password(cleo, email)
    await expect(cleo.get_by_text("Your password was set by somebody else")).to_be_visible()
    await cleo.goto(f"{site.url}/customers")  # an unfinished session gives no access
    await expect(cleo).to_have_url(re.compile("/sign-in/password"))
    await choose_password(cleo)
    app, first, codes = await set_up_app(cleo)
    await is_inside(cleo, "Cleo")

    again = await visit()
    await by_password(again, email, OWN)
    await enter_code(again, first)  # a used code is invalid
    await expect(again.get_by_role("alert")).to_contain_text("wrong or was used")
    await enter_code(again, app.at(clock.now(), counter_offset=1))
    await is_inside(again, "Cleo")

    lost = await visit()
    await by_password(lost, email, OWN)
    await enter_code(lost, codes[0])
    await is_inside(lost, "Cleo")
    late = await visit()
    await by_password(late, email, OWN)
    await enter_code(late, codes[0])
    await expect(late.get_by_role("alert")).to_contain_text("wrong or was used")

    await again.goto(f"{site.url}/account")
    await again.get_by_role("button", name="Sign out everywhere").click()
    await expect(again.get_by_label("Password")).to_be_visible()
    await cleo.goto(f"{site.url}/")
    await expect(cleo).to_have_url(re.compile("/sign-in"))
    written = {entry.action for entry in await audit.entries(business)}
    assert {
        "security.second_factor_added",
        "security.second_factor_failed",
        "security.recovery_code_used",
        "security.signed_out_everywhere",
    } <= written


async def test_a_passkey_signs_in_confirms_and_is_a_second_factor(
    site: Site, business: Scope, visit: Visit
):
    ada = await visit()
    device = await ada.context.new_cdp_session(ada)
    await device.send("WebAuthn.enable")
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    await by_password(ada, admin_of(business))
    await is_inside(ada, "Ada Admin")
    await ada.goto(f"{site.url}/account")
    await ada.get_by_role("button", name="Add a passkey").click()
    await expect(ada.locator("pre")).to_contain_text("-")  # recovery codes come with the first
    await ada.get_by_role("link", name="Done").click()
    await expect(ada.get_by_text("10 left")).to_be_visible()

    await ada.context.clear_cookies()
    await ada.goto(f"{site.url}/sign-in")
    await ada.get_by_role("button", name="Use a passkey").click()
    await is_inside(ada, "Ada Admin")

    await ada.goto(f"{site.url}/confirm?next=/account")
    await ada.get_by_role("button", name="Use a passkey").click()
    await expect(ada.get_by_text("Active sessions")).to_be_visible()

    await ada.context.clear_cookies()  # after the password the passkey is the second factor
    await ada.goto(f"{site.url}/sign-in")
    await by_password(ada, admin_of(business))
    await ada.get_by_role("button", name="Use a passkey").click()
    await is_inside(ada, "Ada Admin")
