"""How entries of the audit log read: their actions, fields and values, by the codes they keep.

A code that is not listed here reads as its own words.
"""

from ui.texts import gettext, marked

ACTIONS = marked(
    {
        "api_key.created": "API key: created",
        "api_key.revoked": "API key: revoked",
        "card.actioned": "card: delivered",
        "card.assigned": "card: reassigned",
        "card.dismissed": "card: dismissed",
        "card.edited": "card: edited",
        "card.outcome_recorded": "card: outcome recorded",
        "card.snoozed": "card: snoozed",
        "card.undone": "card: undone",
        "cards.made_by_hand": "cards: made by hand",
        "custom_field.removed": "custom field: removed",
        "custom_field.set": "custom field: set",
        "customer.dispute_answered": "customer: dispute answered",
        "customer.erased": "customer: erased",
        "customer.erasure_asked": "customer: erasure asked",
        "customer.exported": "customer: exported",
        "customer.list_exported": "customer: list exported",
        "customer.merge_undone": "customer: merge undone",
        "customer.merged": "customer: merged",
        "customer.noted": "customer: noted",
        "customer.owner_change_undone": "customer: owner change undone",
        "customer.owner_changed": "customer: owner changed",
        "customer.pulse_rated": "customer: rated",
        "customer.segment_change_undone": "customer: segment change undone",
        "customer.segment_changed": "customer: segment changed",
        "customer.tag_change_undone": "customer: tag change undone",
        "customer.tag_changed": "customer: tag changed",
        "customer.touch_called_off": "customer: follow-up cancelled",
        "customer.touch_done": "customer: follow-up done",
        "customer.touch_planned": "customer: follow-up planned",
        "import.cancelled": "import: cancelled",
        "import.started": "import: started",
        "import.undone": "import: undone",
        "oidc.account_linked": "single sign-on: account linked",
        "oidc.domain_proven": "single sign-on: domain proven",
        "oidc.enforced": "single sign-on: enforced",
        "oidc.provider_removed": "single sign-on: provider removed",
        "oidc.provider_set": "single sign-on: provider set",
        "retention.deleted": "retention: deleted",
        "role.created": "role: created",
        "role.deleted": "role: deleted",
        "role.rule_changed": "role: changed",
        "scorecard.added": "scorecard: added",
        "scorecard.changed": "scorecard: changed",
        "scorecard.declined": "scorecard: declined",
        "scorecard.drafted": "scorecard: drafted",
        "scorecard.leak_kept": "scorecard: metric kept that looks like a leak",
        "scorecard.moved": "scorecard: moved",
        "scorecard.published": "scorecard: published",
        "scorecard.removed": "scorecard: removed",
        "scorecard.sensitive_included": "scorecard: sensitive metric included",
        "security.recovery_code_used": "security: recovery code used",
        "security.recovery_codes_made": "security: recovery codes made",
        "security.second_factor_added": "security: second factor added",
        "security.second_factor_failed": "security: second factor failed",
        "security.second_factor_removed": "security: second factor removed",
        "security.sign_in_failed": "security: sign-in failed",
        "security.sign_in_reset": "security: sign-in reset",
        "security.signed_in": "security: signed in",
        "security.signed_out": "security: signed out",
        "security.signed_out_everywhere": "security: signed out everywhere",
        "settings.cards": "settings: cards",
        "settings.custom_fields": "settings: custom fields",
        "settings.profile": "settings: profile",
        "settings.retention": "settings: retention",
        "settings.segments": "settings: segments",
        "settings.widget": "settings: widget",
        "staff.added": "staff: added",
        "staff.deactivated": "staff: deactivated",
        "staff.invitation_accepted": "staff: invitation accepted",
        "staff.invited": "staff: invited",
        "staff.password_changed": "staff: password changed",
        "staff.reactivated": "staff: reactivated",
        "staff.role_changed": "staff: role changed",
        "staff.team_changed": "staff: team changed",
        "token_key.added": "token key: added",
        "token_key.retired": "token key: retired",
        "webhook.changed": "webhook: changed",
        "webhook.created": "webhook: created",
        "webhook.removed": "webhook: removed",
        "webhook.secret_rotated": "webhook: secret rotated",
        "webhook.secret_shown": "webhook: secret shown",
        "widget.origins_changed": "widget: sites changed",
    }
)
AREAS = marked(
    {
        "api_key": "API keys",
        "card": "Cards",
        "cards": "Cards by hand",
        "custom_field": "Custom fields",
        "customer": "Customers",
        "import": "Imports",
        "oidc": "Single sign-on",
        "retention": "Retention",
        "role": "Roles",
        "scorecard": "Scorecard",
        "security": "Security",
        "settings": "Settings",
        "staff": "Staff",
        "token_key": "Token keys",
        "webhook": "Webhooks",
        "widget": "Widget",
    }
)
WORDS = marked(
    {
        "status": "status",
        "outcome": "outcome",
        "snoozed_until": "snoozed until",
        "snooze_reason": "snooze reason",
        "dismissed_reason": "dismissed because",
        "actioned_at": "delivered at",
        "actioned_by": "delivered by",
        "outcome_at": "outcome at",
        "assigned_to": "assigned to",
        "channel": "channel",
        "role": "role",
        "book": "book",
        "permissions": "permissions",
        "team": "team",
        "version": "version",
        "name": "name",
        "locale": "locale",
        "currency": "currency",
        "time_zone": "time zone",
        "corrected": "corrected",
        "pending": "waiting",
        "actioned": "delivered",
        "completed": "completed",
        "snoozed": "snoozed",
        "dismissed": "dismissed",
        "responded": "responded",
        "converted": "converted",
        "ignored": "no answer",
        "scorecard": "scorecard",
        "condition": "condition",
        "sequence": "sequence",
        "customers": "customers",
        "orders": "orders",
        "events": "events",
        "origins": "sites",
        "went_stale": "went stale",
        "recovered": "recovered",
        "scorecard_rolled_back": "scorecard rolled back",
        "no_longer_due": "no longer due",
        "the claim of the identity provider": "the claim of the identity provider",
        "email": "e-mail",
        "phone": "phone",
        "chat": "chat",
        "in_person": "in person",
        "True": "yes",
        "False": "no",
        "system": "Pulse",
        "staff": "staff",
        "key": "API key",
        "customer": "customer",
    }
)


def action_words(action: str) -> str:
    """'staff.role_changed' → 'staff: role changed'."""
    return gettext(ACTIONS.get(action) or action.replace(".", ": ").replace("_", " "))


def area_words(area: str) -> str:
    """'api_key' → 'API keys'."""
    return gettext(AREAS.get(area) or area.replace("_", " "))


def code_words(code: str) -> str:
    """A field or a value that is kept as a code: 'snoozed_until' → 'snoozed until'."""
    return gettext(WORDS.get(code) or code)


def field_words(field: str) -> str:
    """As `code_words`, of a name that is always a code."""
    return gettext(WORDS.get(field) or field.replace("_", " "))
