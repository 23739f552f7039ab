from playwright.async_api import expect

from pulse import clock


async def test_a_follow_up_is_planned_counted_on_today_and_done(sign_in):
    desk = await sign_in("csm", "/?book=all")
    counter = desk.locator(".pl-figure").filter(has_text="Follow-ups due")
    await expect(desk.locator(".pl-figure").first).to_be_visible()
    await expect(counter).to_be_hidden()  # nothing is due
    customer = await desk.context.new_page()
    await customer.goto(desk.url.split("?")[0] + "customers/13047")
    await customer.get_by_role("button", name="Plan a follow-up …").click()
    await customer.get_by_label("Day").fill(clock.today().isoformat())
    await customer.get_by_label("What for").fill("ask about the lanterns")
    await customer.get_by_role("button", name="Plan", exact=True).click()
    about = customer.get_by_role("region", name="About")
    await expect(about.get_by_text("today: ask about the lanterns")).to_be_visible()

    await expect(counter).to_contain_text("due today")
    await counter.click()
    await expect(desk.get_by_text("follow-up due")).to_be_visible()
    await expect(desk.get_by_role("table").get_by_text("13047", exact=True)).to_be_visible()

    await customer.get_by_role("button", name="Mark done").click()
    await expect(customer.get_by_text("In touch: ask about the lanterns")).to_be_visible()
    await expect(about.get_by_text("not planned")).to_be_visible()
    await desk.goto(desk.url.split("/customers")[0] + "/?book=all")
    await expect(desk.locator(".pl-figure").first).to_be_visible()
    await expect(counter).to_be_hidden()
