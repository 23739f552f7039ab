"""The page of the real widget: permissions, tenant isolation, and its policy."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI

from pulse.auth.customer_tokens import verify
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in import password, staff_sessions
from pulse.auth.signing_keys import rotate_secret
from pulse.auth.staff import add_staff
from ui import widget_preview
from ui.auth.session import Guard

pytestmark = pytest.mark.slow

PASSWORD = "a long enough password"
As = Callable[[Role], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def signed_in(shop: Scope, other_shop: Scope, make_customer: Any) -> AsyncIterator[As]:
    """`await signed_in(Role.csm)`: a browser of the shop's; Mo is theirs, Ona the other shop's."""
    await make_customer(shop, external_id="mo", name="Mo <b>", locale="de")
    await make_customer(other_shop, external_id="ona")
    app = FastAPI()
    app.add_middleware(Guard)
    app.include_router(widget_preview.router)
    transport = httpx.ASGITransport(app=app)
    made = httpx.AsyncClient(transport=transport, base_url="http://pulse.test")

    async def sign_in(role: Role) -> httpx.AsyncClient:
        email = f"{role.value}@shop.example"
        await add_staff(shop, email, role.value, role, PASSWORD)
        cookie, _ = await password.sign_in(email, PASSWORD)
        made.cookies.set(staff_sessions.COOKIE, cookie)
        return made

    async with made:
        yield sign_in


async def test_a_csm_sees_the_bundle_alone_under_a_strict_policy(shop: Scope, signed_in: As):
    await rotate_secret(shop)
    browser = await signed_in(Role.csm)
    page = await browser.get("/preview?customer=mo")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert page.text.count("<script") == 1
    assert 'src="/widget/v1/pulse.js"' in page.text
    assert 'data-locale="de"' in page.text
    assert "Mo &lt;b&gt;" in page.text


async def test_its_token_is_short_lived_and_read_only(shop: Scope, signed_in: As):
    await rotate_secret(shop)
    browser = await signed_in(Role.csm)
    answer = await browser.get("/preview/token?customer=mo")
    assert answer.headers["cache-control"] == "no-store"
    checked = await verify(answer.text)
    assert (checked.customer, checked.preview) == ("mo", True)
    claims = jwt.decode(answer.text, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] <= widget_preview.MINUTES * 60 + 1


@pytest.mark.parametrize("path", ["/preview", "/preview/token"])
async def test_viewers_and_customers_of_others_are_refused(shop: Scope, signed_in: As, path: str):
    await rotate_secret(shop)
    viewer = await signed_in(Role.viewer)
    assert (await viewer.get(f"{path}?customer=mo")).status_code == 403
    csm = await signed_in(Role.csm)
    for nobody in ("ona", "none", ""):
        assert (await csm.get(f"{path}?customer={nobody}")).status_code == 404
    csm.cookies.clear()
    assert (await csm.get(f"{path}?customer=mo")).status_code == 303


async def test_without_a_secret_the_page_explains_it(signed_in: As):
    browser = await signed_in(Role.csm)
    answer = await browser.get("/preview?customer=mo")
    assert answer.status_code == 400
    assert "no shared secret" in answer.text
