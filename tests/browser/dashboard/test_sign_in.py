import httpx
from playwright.async_api import expect

from tests.browser.dashboard.conftest import fill_form
from tests.fixtures.demo_server import PASSWORD

FORM = {"email": "admin@meridian.example", "password": PASSWORD}


def client(demo):
    return httpx.AsyncClient(base_url=demo.url, timeout=60)


async def test_no_page_is_built_without_a_session(demo):
    async with client(demo) as stranger:
        answer = await stranger.get("/customers?band=fragile", headers={"accept": "text/html"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=/customers%3Fband%3Dfragile"
        assert "x-nicegui-content" not in answer.headers


async def test_a_wrong_password_shows_an_error_and_opens_no_session(demo):
    async with client(demo) as stranger:
        answer = await stranger.post("/sign-in", data={**FORM, "password": "wrong wrong wrong"})
        assert answer.status_code == 401
        assert "wrong" in answer.text
        assert "pulse_session" not in answer.headers.get("set-cookie", "")


async def test_the_cookie_is_protected(demo):
    async with client(demo) as person:
        answer = await person.post("/sign-in", data=FORM)
        assert answer.status_code == 303
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie


async def test_other_sites_cannot_sign_anybody_in_or_out(demo):
    async with client(demo) as person:
        foreign = {"origin": "https://evil.example"}
        assert (await person.post("/sign-in", data=FORM, headers=foreign)).status_code == 403
        assert (await person.post("/sign-out", headers=foreign)).status_code == 403


async def test_a_password_is_changed_by_its_owner_on_our_own_page(demo):
    async with client(demo) as person:
        assert (await person.get("/password")).headers["location"] == "/sign-in?next=/password"
        await person.post("/sign-in", data=FORM)
        assert "admin@meridian.example" in (await person.get("/password")).text
        asked = {"present": PASSWORD, "fresh": "a better password", "again": "a bitter password"}
        foreign = {"origin": "https://evil.example"}
        assert (await person.post("/password", data=asked, headers=foreign)).status_code == 403
        for wrong, status in (
            (asked, 400),
            ({**asked, "again": asked["fresh"], "present": "a wrong password"}, 401),
            ({"present": PASSWORD, "fresh": "short", "again": "short"}, 400),
        ):
            answer = await person.post("/password", data=wrong)
            assert (answer.status_code, "set-cookie" in answer.headers) == (status, False)
            assert 'role="alert"' in answer.text
            assert all(typed not in answer.text for typed in wrong.values())
        assert (await person.get("/")).status_code == 200  # nothing has changed


async def test_the_socket_of_the_dashboard_refuses_foreign_pages(demo):
    async with client(demo) as person:
        await person.post("/sign-in", data=FORM)
        polling = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
        foreign = {"origin": "https://evil.example"}
        assert (await person.get(polling, headers=foreign)).status_code == 401


async def test_every_page_has_the_strictest_policy_nicegui_allows(demo):
    async with client(demo) as person:
        await person.post("/sign-in", data=FORM)
        policy = (await person.get("/")).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "http" not in policy


async def test_an_unknown_url_shows_page_not_found(demo):
    async with client(demo) as person:
        await person.post("/sign-in", data=FORM)
        for lost in ("/nowhere", "/team/somebody", "/customers/1/2/3"):
            answer = await person.get(lost)
            assert answer.status_code == 404
            assert answer.text.count("Page not found") == 1
            assert "No page has this address. Check the link." in answer.text


async def test_signing_out_closes_every_tab(demo, open_page):
    page = await open_page()
    await fill_form(page, demo, "viewer@lantern.example", "/overview")
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    second = await page.context.new_page()
    await second.goto(page.url)
    await expect(second.get_by_role("heading", name="Overview")).to_be_visible()
    await page.get_by_role("button", name="viewer").click()
    await page.get_by_text("Sign out").click()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await expect(second.get_by_role("button", name="Sign in")).to_be_visible()
