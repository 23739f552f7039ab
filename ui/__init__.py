"""The dashboard: a NiceGUI application on Pulse's services.

To add a view, write one file in `ui/pages` (or in a package that names it in the entry point group
`pulse.views`):

    from ui import kit
    from ui.runtime.page_context import Page
    from ui.runtime.registry import view

    @view("Orders", icon="receipt_long", route="/orders", permission="work_cards", order=60)
    async def orders(page: Page) -> None:
        kit.Title("Orders", "Orders of the last 30 days")
        ...

`ui.kit` contains the elements (all are shown at /kit), `page.scope` is passed to services, and
`page.live` calls a function when something changes. docs/add-a-view.md is the step-by-step guide.

  runtime     view registry, page context, live updates, shared reads, errors
  layout      side bar, search, notifications, routing
  auth        session guard, sign-in and account pages as plain HTTP forms
  kit         the elements; formatters: numbers, money and dates as text
  theme       colours and fonts
"""
