"""Every view opens for the roles that may see it, light and dark, and refuses others."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from pulse.auth.roles import PRESETS, Role
from ui.runtime.registry import discover

VIEWS = [view for view in discover() if "{" not in view.route]
PATHS = [view.route for view in VIEWS] + ["/customers/17850"]
SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("person", ["viewer", "csm", "admin"])
async def test_every_view_opens_or_names_the_required_permission(sign_in, person):
    page = await sign_in(person, "/kit")
    for view in VIEWS:
        await page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + view.route)
        shown = page.locator(".pl-view:not(.pl-hidden):not(.pl-loading)")
        await expect(shown).to_be_visible()
        refused = shown.get_by_text("Your role does not open this page")
        await expect(refused).to_have_count(
            0 if set(view.permission) & PRESETS[Role(person)] else 1
        )
        await expect(shown.locator(".pl-trouble")).to_have_count(0)


@pytest.mark.parametrize("look", ["light", "dark"])
async def test_pages_pass_axe_and_no_request_leaves_the_origin(sign_in, look):
    page = await sign_in("admin", "/", color_scheme=look, reduced_motion="reduce")
    origin = page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]
    found, asked = [], []
    page.on("request", lambda request: asked.append(request.url))
    for path in PATHS:  # one visit for both checks: the pages a person may load are limited
        await page.goto(origin + path)
        await expect(page.locator(".pl-view:not(.pl-hidden):not(.pl-loading)")).to_be_visible()
        await page.wait_for_function("document.fonts.status === 'loaded'")
        found += await serious_findings(page, f"{path} {look}")
    assert not found, "\n".join(found)
    assert asked
    assert not [url for url in asked if not url.startswith((origin, "data:", "blob:"))]


async def serious_findings(page, where):
    results = await Axe().run(page)
    return [
        f"{where}: {one['id']}: {one['help']}\n  "
        + "\n  ".join(node["html"][:160] for node in one["nodes"][:4])
        for one in results.response["violations"]
        if one["impact"] in SERIOUS
    ]


async def test_on_a_phone_nothing_is_cut_off_and_the_menu_opens(sign_in):
    page = await sign_in("csm", "/", viewport={"width": 390, "height": 844})
    origin = page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]
    for path in ("/", "/overview", "/customers", "/queue", "/customers/17850"):
        await page.goto(origin + path)
        await expect(page.locator(".pl-view:not(.pl-hidden):not(.pl-loading)")).to_be_visible()
        await page.wait_for_function("document.fonts.status === 'loaded'")
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    await page.get_by_role("button", name="Open the menu").click()
    await page.get_by_role("link", name="Overview").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
