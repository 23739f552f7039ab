"""Settings: the business, alerts and card rules, tone, API keys, webhooks."""

from typing import Any

from pulse.auth.roles import Permission
from ui import kit
from ui.pages.settings.key_settings import KeySettings
from ui.pages.settings.profile_settings import ProfileSettings
from ui.pages.settings.retention_settings import RetentionSettings
from ui.pages.settings.rule_settings import RuleSettings
from ui.pages.settings.sso_settings import SsoSettings
from ui.pages.settings.webhook_settings import WebhookSettings
from ui.pages.settings.widget_settings import WidgetForm
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.texts import marked

SHEETS: tuple[tuple[str, str, Permission, Any], ...] = marked(
    (
        ("rules", "Cards and alerts", Permission.edit_rules, RuleSettings),
        ("widget", "Widget", Permission.edit_rules, WidgetForm),
        ("business", "Business", Permission.manage_business, ProfileSettings),
        ("retention", "Data retention", Permission.manage_business, RetentionSettings),
        ("keys", "API keys", Permission.manage_integrations, KeySettings),
        ("webhooks", "Webhooks", Permission.manage_integrations, WebhookSettings),
        ("sso", "Single sign-on", Permission.manage_sign_in, SsoSettings),
    )
)


@view(
    "Settings",
    icon="settings",
    route="/settings",
    permission=(
        Permission.edit_rules,
        Permission.manage_business,
        Permission.manage_integrations,
        Permission.manage_sign_in,
    ),
    order=50,
    section="Set up",
)
async def show(page: Page) -> None:
    """One tab per topic; a role sees the tabs that it may change."""
    kit.Title("Settings", page.business.name)
    may = page.scope.may
    sheets = [(tab, label, sheet(page).draw) for tab, label, needs, sheet in SHEETS if may(needs)]
    tabs = kit.Tabs(sheets, page.address.get("tab"), lambda tab: page.address.set(tab=tab))
    await tabs.open()
