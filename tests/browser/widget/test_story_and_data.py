"""The look back and its picture, celebrations, and the customer's own data."""

import json
import re
import struct
from pathlib import Path

from playwright.async_api import expect

from tests.browser.widget.conftest import Visit
from tests.fixtures.embed import Embed


async def test_the_look_back_is_shown_slide_by_slide(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("Look back").click()
    card = visitor.panel.locator(".card")
    await expect(card).to_contain_text("You and Lantern & Co")
    await expect(visitor.button("Previous")).to_be_disabled()
    await visitor.button("Next").click()
    await expect(card).to_contain_text("You keep coming back.")
    await visitor.button("Next").click()
    await expect(visitor.panel.get_by_text("3 of 3")).to_be_visible()
    await expect(visitor.button("Next")).to_be_disabled()
    await visitor.button("Year").click()
    await expect(visitor.button("Year")).to_have_attribute("aria-pressed", "true")
    await expect(card).to_contain_text("You and Lantern & Co")
    await visitor.button("Back").click()
    await expect(visitor.gauge).to_be_visible()


async def test_a_slide_is_saved_as_a_picture(visit: Visit, tmp_path: Path) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("Look back").click()
    await expect(visitor.panel.locator(".card").get_by_text("You and Lantern & Co")).to_be_visible()
    async with visitor.page.expect_download() as download:
        await visitor.button("Save as picture").click()
    file = tmp_path / "card.png"
    await (await download.value).save_as(file)
    picture = file.read_bytes()
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    assert (width, round(height, -1)) == (1080, 1350)
    ground, light, rows = await visitor.page.evaluate(
        """async (bytes) => {
          const image = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
          const pen = new OffscreenCanvas(1080, 1350).getContext('2d');
          pen.drawImage(image, 0, 0);
          const { data } = pen.getImageData(0, 0, 1080, image.height);
          let light = 0;
          const rows = new Set();
          for (let i = 0; i < data.length; i += 4)
            if (data[i] > 200) light++, rows.add(Math.floor(i / 4 / 1080));
          return [[...data.slice(0, 3)], light, [...rows]];
        }""",
        list(picture),
    )
    assert ground == [65, 80, 200]
    assert light > 10_000
    assert rows[0] < 150  # the period is at the top,
    assert 1200 < rows[-1] < height - 40  # the last text at the bottom, and nothing is cut off


async def test_a_look_back_that_cannot_be_loaded_is_reported(visit: Visit, embed: Embed) -> None:
    visitor = await visit(allow=re.compile("500"))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    embed.pulse.rest, embed.pulse.only = "500", "wrapped"
    await visitor.button("Look back").click()
    await expect(visitor.panel.get_by_role("status")).to_contain_text("That did not work")
    assert await visitor.heard("error") == [{"code": "INTERNAL"}]
    embed.pulse.rest = "pass"
    await visitor.button("Try again").click()
    await visitor.button("Year").click()
    await expect(visitor.button("Year")).to_have_attribute("aria-pressed", "true")
    await expect(visitor.panel.locator(".card").get_by_text("You and Lantern & Co")).to_be_visible()


async def test_a_celebration_is_shown_and_closes(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await visitor.page.clock.install()
    await embed.celebrate()
    party = visitor.page.locator("pulse-widget .party")
    await expect(party).to_contain_text("Always back")
    await expect(party.locator("svg")).to_be_attached()
    assert await visitor.heard("celebration") == [{"key": "signal_loyalty"}]
    await visitor.page.clock.run_for(9_000)
    await expect(party).to_have_count(0)


async def test_a_celebration_is_shown_on_a_phone_s_full_panel(visit: Visit, embed: Embed) -> None:
    visitor = await visit(viewport={"width": 390, "height": 780})
    await visitor.open()
    await embed.celebrate()
    await expect(visitor.panel.get_by_text("Thank you for coming back.")).to_be_visible()


async def test_quiet_celebrations_have_no_animation(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("Your data").click()
    await visitor.button("Quiet").click()
    await expect(visitor.button("Quiet")).to_have_attribute("aria-pressed", "true")
    await embed.celebrate()
    party = visitor.page.locator("pulse-widget .party")
    await expect(party).to_be_visible()
    await expect(party.locator("svg")).to_have_count(0)


async def test_disabled_celebrations_are_not_shown(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("Your data").click()
    await visitor.button("Off").click()
    await expect(visitor.button("Off")).to_have_attribute("aria-pressed", "true")
    assert await embed.preference("maren", "celebrations") == "off"
    await embed.celebrate()
    await visitor.see_score(95)
    await expect(visitor.page.locator("pulse-widget .party")).to_have_count(0)
    assert not await visitor.heard("celebration")


async def test_a_hidden_score_is_hidden_everywhere(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("Your data").click()
    await visitor.button("Hide my score").click()
    await expect(visitor.launcher).not_to_contain_text("78")
    await expect(visitor.launcher).to_have_accessible_name("Your bond with us")
    await visitor.button("Back").click()
    await expect(visitor.panel.get_by_text("Your score is hidden")).to_be_visible()
    await expect(visitor.gauge).to_have_count(0)
    await expect(visitor.panel).not_to_contain_text(re.compile(r"\b78\b(?!\.4 points)|Strong"))
    assert await embed.preference("maren", "score_hidden") is True


async def test_the_customer_downloads_their_data(visit: Visit, tmp_path: Path) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("Your data").click()
    await expect(visitor.panel.get_by_text("Lantern & Co keeps your scores")).to_be_visible()
    async with visitor.page.expect_download() as download:
        await visitor.button("Download my data").click()
    file = tmp_path / "data.json"
    await (await download.value).save_as(file)
    assert "Maren" in json.dumps(json.loads(file.read_text()))


async def test_an_erasure_request_must_be_confirmed(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("Your data").click()
    await visitor.button("Ask to delete my data").click()
    await expect(
        visitor.panel.get_by_text("Ask Lantern & Co to delete all your data?")
    ).to_be_visible()
    await expect(visitor.button("No, keep it")).to_be_focused()
    await visitor.button("No, keep it").click()
    request = "POST /api/customers/maren/erasure-request"
    assert request not in embed.pulse.requests
    await visitor.button("Ask to delete my data").click()
    await visitor.button("Yes, ask").click()
    await expect(visitor.panel.get_by_text("Your request is passed on.")).to_be_visible()
    assert embed.pulse.requests.count(request) == 1
