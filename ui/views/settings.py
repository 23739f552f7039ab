"""Settings: the business, alerts and card rules, tone, API keys, webhooks."""

from pulse.access.roles import Role
from ui import kit
from ui.page import Page
from ui.pieces.key_settings import KeySettings
from ui.pieces.profile_settings import ProfileSettings
from ui.pieces.rule_settings import RuleSettings
from ui.pieces.webhook_settings import WebhookSettings
from ui.registry import view


@view("Settings", icon="settings", route="/settings", role=Role.manager, order=50, section="Set up")
async def show(page: Page) -> None:
    """One tab a concern; admins see more of them than managers."""
    kit.Title("Settings", page.business.name)
    sheets = [("rules", "Cards and alerts", RuleSettings(page).draw)]
    if page.scope.role >= Role.admin:
        sheets += [
            ("business", "Business", ProfileSettings(page).draw),
            ("keys", "API keys", KeySettings(page).draw),
            ("webhooks", "Webhooks", WebhookSettings(page).draw),
        ]
    tabs = kit.Tabs(sheets, page.address.get("tab"), lambda tab: page.address.set(tab=tab))
    await tabs.open()
