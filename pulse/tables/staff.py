"""Staff of a business: sessions, roles, and how they sign in."""

from piccolo.columns import JSONB, Array, BigInt, Boolean, Text, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse.tables.choices import Book, SecondFactorKind, SignInStep, StaffRole
from pulse.tables.columns import PrimaryKey, References, TenantForeignKey, one_of
from pulse.tables.tenant import TenantRow


class Staff(TenantRow, Table, tablename="staff"):
    """A CSM, manager, admin or viewer; the e-mail is unique over all businesses (directory)."""

    email = Text(default=None, help_text="unique without regard to capitals (indexes.sql)")
    name = Text(default=None)
    role = Text(default=None, choices=StaffRole)
    password_hash = Text(default=None, help_text="argon2id; empty: no sign-in by password")
    is_active = Boolean(default=True)
    last_seen_at = Timestamptz(null=True, default=None)
    preferences = JSONB(default="{}")
    must_change_password = Boolean(default=False, help_text="an admin chose the password")
    oidc_subject = Text(null=True, default=None, help_text="the subject at the identity provider")
    role_name = Text(default="", help_text="a custom role; empty: the built-in `role`")
    team = Text(default="", help_text="the team, for roles that see their team's customers")
    invitation_hash = Text(
        null=True, default=None, help_text="SHA-256 of the open invitation's token, hexadecimal"
    )
    invitation_expires_at = Timestamptz(null=True, default=None)
    invited_by = Text(default="", help_text="the name of the person who invited them last")

    staff_pkey = PrimaryKey(["business_id", "id"])
    staff_role_check = Check(one_of("role", StaffRole))


class StaffSession(TenantRow, Table, tablename="staff_sessions"):
    """A signed-in browser; only the hash of its cookie is stored, also in the directory."""

    staff_id = TenantForeignKey(references=Staff, null=False)
    token_hash = Text(default=None, help_text="SHA-256, hexadecimal")
    expires_at = Timestamptz(default=None)
    last_seen_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    method = Text(default="password", help_text="the sign-in method: password, oidc or passkey")
    book = Text(default="all", help_text="all, own:<staff id> or team:<name>")
    step = Text(
        default="", choices=SignInStep, help_text="the step that is required before it is valid"
    )
    address = Text(default="", help_text="the IP address that signed in")
    device = Text(default="", help_text="browser and system, in words")
    confirmed_at = Timestamptz(
        null=True, default=None, help_text="last confirmation of the identity"
    )

    staff_sessions_pkey = PrimaryKey(["business_id", "id"])
    staff_sessions_business_id_token_hash_key = Unique(["business_id", "token_hash"])
    staff_sessions_staff_id_fkey = References("staff_id", "staff")


class IdentityProvider(TenantRow, Table, tablename="identity_providers"):
    """The OpenID Connect provider of a business; at most one."""

    issuer = Text(default=None)
    client_id = Text(default=None)
    client_secret_sealed = Text(default=None, help_text="sealed by PULSE_SECRET (Fernet)")
    role_claim = Text(default="", help_text="claim or dotted path; empty: roles are set here")
    role_values = JSONB(default="{}", help_text="a role by the value of the claim")
    default_role = Text(default="viewer", choices=StaffRole)
    is_enforced = Boolean(default=False, help_text="the password form refuses its domains")

    identity_providers_pkey = PrimaryKey(["business_id", "id"])
    identity_providers_business_id_key = Unique(["business_id"])
    identity_providers_default_role_check = Check(one_of("default_role", StaffRole))


class SignInDomain(TenantRow, Table, tablename="sign_in_domains"):
    """An e-mail domain that signs in at the provider; belongs to one business (directory)."""

    domain = Text(default=None, help_text="in lower case")
    proven_at = Timestamptz(
        null=True, default=None, help_text="when the business proved that it owns the domain"
    )

    sign_in_domains_pkey = PrimaryKey(["business_id", "id"])
    sign_in_domains_business_id_domain_key = Unique(["business_id", "domain"])


class RoleDefinition(TenantRow, Table, tablename="role_definitions"):
    """A custom role, or (with a built-in role's name) changes to a built-in role."""

    name = Text(default=None)
    base = Text(default=None, choices=StaffRole, help_text="the built-in role on which it is based")
    permissions = Array(base_column=Text(), default=list, help_text="empty for a built-in role")
    book = Text(default="all", choices=Book, help_text="which customers are seen")
    second_factor = Boolean(default=False, help_text="must be set up at the next sign-in")

    role_definitions_pkey = PrimaryKey(["business_id", "id"])
    role_definitions_business_id_name_key = Unique(["business_id", "name"])
    role_definitions_base_check = Check(one_of("base", StaffRole))
    role_definitions_book_check = Check(one_of("book", Book))


class SecondFactor(TenantRow, Table, tablename="second_factors"):
    """An authenticator app, a passkey, or an unused recovery code."""

    staff_id = TenantForeignKey(references=Staff, null=False)
    kind = Text(default=None, choices=SecondFactorKind)
    name = Text(default="")
    secret_sealed = Text(null=True, default=None, help_text="of an authenticator app")
    last_step = BigInt(default=0, help_text="the time step of the last code, which is refused")
    credential_id = Text(null=True, default=None, help_text="of a passkey, base64url")
    public_key = Text(null=True, default=None, help_text="of a passkey, base64url")
    sign_count = BigInt(default=0)
    code_hash = Text(null=True, default=None, help_text="of a recovery code, SHA-256")
    used_at = Timestamptz(null=True, default=None)

    second_factors_pkey = PrimaryKey(["business_id", "id"])
    second_factors_staff_id_fkey = References("staff_id", "staff")
    second_factors_kind_check = Check(one_of("kind", SecondFactorKind))
    second_factors_business_id_credential_id_key = Unique(["business_id", "credential_id"])
