"""What all tests in browsers share: how long they wait for what a page should show."""

from playwright.async_api import expect

expect.set_options(timeout=60_000)  # a deadline for a busy machine, not a pace
