"""The dashboard: a NiceGUI face on Pulse's services.

To add a view, write one file in `ui/pages` (or in a package of your own that names it in the entry
point group `pulse.views`):

    from ui import kit
    from ui.runtime.page_context import Page
    from ui.runtime.registry import view

    @view("Orders", icon="receipt_long", route="/orders", permission="work_cards", order=60)
    async def orders(page: Page) -> None:
        kit.Title("Orders", "What was bought in the last 30 days")
        ...

`ui.kit` has the pieces (see them all at /kit), `page.scope` is what services are called with, and
`page.live` calls you when something happens. docs/add-a-view.md goes through it step by step.

registry    the decorator and discovery          shell, frame   what surrounds and guards a view
page        what a view is given                 live           changes, in batches, in place
session     the guard before everything          sign_in        plain HTTP forms
theme       colours, fonts                       kit            the pieces; formatters: the words
"""
