"""Settings: the business, alerts and card rules, tone, API keys, webhooks."""

from pulse.auth.roles import Role
from ui import kit
from ui.pages.settings.key_settings import KeySettings
from ui.pages.settings.profile_settings import ProfileSettings
from ui.pages.settings.rule_settings import RuleSettings
from ui.pages.settings.sso_settings import SsoSettings
from ui.pages.settings.webhook_settings import WebhookSettings
from ui.pages.settings.widget_settings import WidgetForm
from ui.runtime.page_context import Page
from ui.runtime.registry import view


@view("Settings", icon="settings", route="/settings", role=Role.manager, order=50, section="Set up")
async def show(page: Page) -> None:
    """One tab a concern; admins see more of them than managers."""
    kit.Title("Settings", page.business.name)
    sheets = [
        ("rules", "Cards and alerts", RuleSettings(page).draw),
        ("widget", "Widget", WidgetForm(page).draw),
    ]
    if page.scope.role >= Role.admin:
        sheets += [
            ("business", "Business", ProfileSettings(page).draw),
            ("keys", "API keys", KeySettings(page).draw),
            ("webhooks", "Webhooks", WebhookSettings(page).draw),
            ("sso", "Single sign-on", SsoSettings(page).draw),
        ]
    tabs = kit.Tabs(sheets, page.address.get("tab"), lambda tab: page.address.set(tab=tab))
    await tabs.open()
