import re

import httpx
from playwright.async_api import expect


async def test_the_queue_is_worked_by_keyboard_alone(sign_in):
    page = await sign_in("csm", "/queue?book=mine")
    opener = page.get_by_label("Opener")
    await expect(opener).to_be_visible()
    first = page.url
    await page.keyboard.press("j")
    await expect(page).not_to_have_url(first)
    await page.keyboard.press("k")
    await expect(page).to_have_url(first)
    await page.keyboard.press("e")
    await expect(opener).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("Hello, may I call you about last week?")
    await page.keyboard.press("Escape")
    await expect(opener).not_to_be_focused()
    await page.keyboard.press("a")
    await expect(page.get_by_text("Marked as delivered.")).to_be_visible()
    await expect(page).not_to_have_url(first)  # the next card, possibly of the same customer
    await page.keyboard.press("p")  # snoozed
    await expect(page).to_have_url(re.compile("tab=snoozed"))
    await page.keyboard.press("p")
    await expect(page).to_have_url(re.compile("tab=outcomes"))
    await expect(page.locator(".pl-said")).to_contain_text("may I call")
    note = page.get_by_label("Note (may be empty)")
    await page.keyboard.press("3")
    await expect(note).to_be_focused()
    await page.keyboard.press("Escape")  # cancelled: nothing is recorded
    await expect(note).to_be_hidden()
    await page.keyboard.press("1")
    await expect(note).to_be_focused()
    await page.keyboard.type("Glad to hear from us")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Outcome recorded: responded.")).to_be_visible()
    await page.keyboard.press("p")  # how did it go?
    await expect(page).to_have_url(re.compile("tab=asked"))
    await page.keyboard.press("p")
    await expect(page.get_by_text("Outcome: responded").first).to_be_visible()


async def test_snoozed_and_dismissed_cards_have_a_reason_and_can_be_undone(sign_in):
    page = await sign_in("csm", "/queue?book=mine")
    await expect(page.get_by_label("Opener")).to_be_visible()
    first = page.url
    await page.keyboard.press("s")
    await expect(page.get_by_label("Reason")).to_be_focused()
    await page.keyboard.type("On holiday")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Snoozed until tomorrow.")).to_be_visible()
    campaign = page.get_by_role("link", name=re.compile("first-time buyers? quiet for 30 days:"))
    await expect(campaign).to_have_attribute("href", re.compile("orders_to=1.*sort=-value"))
    await expect(page).not_to_have_url(first)
    await page.get_by_role("button", name="Undo").click()
    await expect(page).to_have_url(first)  # open again, and drawn
    await page.keyboard.press("d")
    await page.get_by_role("button", name="Dismiss", exact=True).click()
    await expect(page.get_by_text("Dismissed.", exact=True)).to_be_visible()
    await expect(page).not_to_have_url(first)
    await page.goto(first)
    done = page.get_by_role("group", name="Tab").get_by_role("button", name="Done")
    await expect(done).to_have_attribute("aria-pressed", "true")


async def test_of_two_people_at_one_card_the_second_overwrites_nothing(sign_in):
    first = await sign_in("admin", "/queue?book=all")
    second = await sign_in("csm", "/queue?book=all")
    card = first.url
    await second.goto(card)
    await expect(second.get_by_label("Opener")).to_be_visible()
    await second.get_by_label("Opener").fill("مرحبا بك")
    await expect(second.get_by_label("Opener")).to_have_css("direction", "rtl")
    words = "Words of the second, kept as a draft while they are written"
    await second.get_by_label("Opener").fill(words)
    await expect(second.get_by_text("Edited by you")).to_be_visible()
    await expect(first.get_by_label("Opener")).to_have_value(words)  # seen by the first at once
    await expect(first.get_by_text("draft saved")).to_be_visible()
    await first.keyboard.press("a")
    await expect(first.get_by_text("Marked as delivered.")).to_be_visible()
    await expect(second.get_by_label("Opener")).to_have_count(0)
    await expect(second.locator(".pl-said")).to_contain_text("draft")


async def test_a_card_snoozed_by_a_colleague_loses_its_buttons(sign_in):
    mine = await sign_in("admin", "/queue?book=all")
    theirs = await sign_in("csm", "/queue?book=all")
    await theirs.goto(mine.url)
    await expect(theirs.get_by_label("Opener")).to_be_visible()
    await theirs.keyboard.press("s")
    await theirs.get_by_role("button", name="Snooze", exact=True).click()  # without a reason
    note = mine.get_by_text(re.compile(r"snoozed this card until \d+ [A-Z]\w+\.$"))
    await expect(note).to_be_visible()
    await expect(mine.get_by_role("button", name="Mark delivered")).to_have_count(0)
    await mine.get_by_role("button", name="Bring back").click()
    await expect(mine.get_by_role("button", name="Mark delivered")).to_be_visible()


async def test_field_and_cursor_are_kept_on_a_refresh_of_the_card(demo, token_of, sign_in):
    page = await sign_in("admin", "/queue?book=all")
    opener = page.get_by_label("Opener")
    await expect(opener).to_be_visible()
    await page.keyboard.press("e")
    await expect(opener).to_be_focused()
    field = await opener.element_handle()
    await page.keyboard.press("Control+Home")
    customer = (await page.locator(".pl-card-editor__name").get_attribute("href")).rsplit("/", 1)[1]
    headers = {"authorization": f"Bearer {token_of(customer)}"}
    async with httpx.AsyncClient(base_url=demo.url, headers=headers, timeout=60) as widget:
        path = f"/api/customers/{customer}/contexts"
        for said, shown in (("exploring", "is exploring"), ("busy", "says busy")):
            answer = await widget.post(path, json={"context_type": said})
            assert answer.status_code == 201
            await expect(
                page.locator(".pl-card-editor .pl-badge").get_by_text(shown)
            ).to_be_visible()
    await page.keyboard.type("Dear friend, ")  # the cursor has not moved
    await expect(opener).to_have_value(re.compile("^Dear friend, "))
    assert await opener.evaluate("(now, before) => now === before", field), "one and the same field"


async def test_a_click_on_the_open_card_keeps_the_typed_text(sign_in):
    page = await sign_in("admin", "/queue?book=all")
    opener = page.get_by_label("Opener")
    await expect(opener).to_be_visible()
    field = await opener.element_handle()
    await opener.fill("Words under way")
    await page.locator(".pl-queue__list [aria-current=true]").click()
    await page.keyboard.press("g")  # processed after the click
    await expect(page.get_by_role("combobox", name="Colleague")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(opener).to_have_value("Words under way")
    assert await opener.evaluate("(now, before) => now === before", field), "one and the same field"


async def test_unsaved_text_is_kept_across_cards_and_pages(sign_in):
    page = await sign_in("admin", "/queue?book=all")
    opener, first = page.get_by_label("Opener"), page.url
    await expect(opener).to_be_visible()
    await opener.fill("Half a sentence, and")
    await page.get_by_role("table", name="Cards").get_by_role("button").nth(1).click()
    await expect(page).not_to_have_url(first)
    await expect(opener).not_to_have_value("Half a sentence, and")
    await page.get_by_role("table", name="Cards").get_by_role("button").first.click()
    await expect(page).to_have_url(first)
    await expect(opener).to_have_value("Half a sentence, and")
    await page.get_by_role("link", name="Overview").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    await page.go_back()
    await expect(opener).to_have_value("Half a sentence, and")


async def test_a_card_is_assigned_to_a_colleague_and_names_its_writer(sign_in):
    page = await sign_in("admin", "/queue?book=all")
    editor = page.locator(".pl-card-editor")
    await expect(editor.get_by_text("The template wrote this: ")).to_be_visible()
    first = page.url
    await page.keyboard.press("g")
    await page.get_by_role("combobox", name="Colleague").click()
    await page.get_by_role("option", name="Alma Reyes").click()
    await page.get_by_role("button", name="Reassign", exact=True).click()
    await expect(page.get_by_text("Now with Alma Reyes.")).to_be_visible()
    await page.goto(first)
    await expect(editor.get_by_text("with Alma Reyes")).to_be_visible()


async def test_a_viewer_reads_cards_but_cannot_work_them(sign_in):
    page = await sign_in("viewer", "/queue?book=all")
    await expect(page.locator(".pl-card-editor__name")).to_be_visible()
    await expect(page.get_by_role("button", name="Delivered")).to_have_count(0)
    await expect(page.get_by_label("Opener")).to_have_attribute("readonly", "")
    first = page.url
    await page.keyboard.press("a")
    await page.keyboard.press("j")  # processed after the other key
    await expect(page).not_to_have_url(first)
    await expect(page.get_by_text("Marked as delivered.")).to_have_count(0)
    await page.keyboard.press("k")
    await expect(page).to_have_url(first)  # the card still waits
