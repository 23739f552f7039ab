"""A pytest plugin for packages that extend Pulse: `pytest_plugins = ["pulse.testing"]`.

Fixtures, each with a real PostgreSQL that starts once per run:

    render          `async with render(show, role="csm") as page:` draws a view without a browser
    shop            an empty business; the scope of an admin in it
    make_customer   `await make_customer(shop, "c1", name="Ada", value=100.0)` returns the new id
    change_customer `await change_customer(shop, id, renewal_on=day)`; live pages hear of it
    make_staff      `await make_staff(shop, "Ben", role="csm")` returns the id, for `owner_id=`
    database        an empty migrated database, for tests that create their own business

The object that `render` returns is documented at `ui.testing.RenderedView`. pytest and
pytest-asyncio are installed by `pip install pulse-identity[testing]`; set `asyncio_mode = "auto"`.
"""

pytest_plugins = [
    "pulse.testing.folders",
    "pulse.testing.database",
    "pulse.testing.people",
    "pulse.testing.views",
]
