"""Install widget: snippet, token code, policy lines, allowed origins, keys, last use."""

from pulse import clock
from pulse.auth.roles import Permission
from pulse.customers.filters import CustomerFilter
from pulse.customers.widget_usage import WidgetUse, widget_use
from pulse.settings import current
from ui import kit
from ui.components.copy_dialog import Samples, code
from ui.components.customer_filter import link_to
from ui.formatters import ago, number
from ui.kit.text import box, link
from ui.pages.install.install_keys import SigningKeys
from ui.pages.install.install_origins import Origins
from ui.pages.install.install_preview import CustomerView
from ui.pages.install.install_snippets import CSP, SIGNERS, SNIPPETS, filled
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.texts import gettext


@view(
    "Install widget",
    icon="code",
    route="/install",
    permission=Permission.manage_integrations,
    order=30,
    section="Set up",
)
async def show(page: Page) -> None:
    """Show the steps in the order a host-site developer needs them."""
    with kit.Title("Install widget", "One snippet, one signed token, three policy lines").actions():
        if page.business.is_demo:
            link(gettext("See it in the shop"), "/demo/shop", "pl-btn").props["target"] = "_blank"
    kit.Figures(_use(await widget_use(page.scope)), small=True)
    address = current().public_url.rstrip("/")

    def ready(samples: dict[str, str]) -> dict[str, str]:
        slug = page.business.slug
        return {name: filled(sample, address, slug) for name, sample in samples.items()}

    with kit.columns():
        with kit.panel("1. The snippet", "before </body>", span=6):
            Samples(ready(SNIPPETS), gettext("Form of the snippet"))
        with kit.panel("2. A token for each signed-in customer", "on your server", span=6):
            Samples(ready(SIGNERS), gettext("Language of your server"))
        with kit.panel("3. Your content security policy", "if you have one", span=6):
            code(filled(CSP, address, page.business.slug), gettext("Add to these directives"))
        with box("pl-span-6"):
            Origins(page)
    await SigningKeys(page).draw()
    if page.scope.may(Permission.work_cards):
        await CustomerView(page).draw()


def _use(found: WidgetUse) -> list[kit.Figure]:
    seen = ago(found.last_seen_at, clock.now()) if found.last_seen_at else gettext("not yet")
    return [
        kit.Figure("Last open", seen, "in any customer's browser"),
        kit.Figure(
            "Customers today",
            number(found.day),
            "had it open in 24 hours",
            href=link_to(CustomerFilter(widget_within_days=1)),
        ),
        kit.Figure(
            "Customers in 30 days",
            number(found.month),
            "had it open",
            href=link_to(CustomerFilter(widget_within_days=30)),
        ),
    ]
