"""What all tests in browsers share: how long they wait for what a page should show."""

from playwright.async_api import expect

DEADLINE = 60_000  # milliseconds; a deadline for a busy machine, not a pace
expect.set_options(timeout=DEADLINE)
