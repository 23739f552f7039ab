"""The allowed values of some columns, enforced by CHECK constraints in the database."""

from enum import StrEnum


class StaffRole(StrEnum):
    """Role of staff; each role may do what the previous one may."""

    viewer = "viewer"
    csm = "csm"
    manager = "manager"
    admin = "admin"


class Book(StrEnum):
    """Which customers a role sees."""

    all = "all"
    team = "team"
    own = "own"


class SecondFactorKind(StrEnum):
    """The kind of a second factor."""

    totp = "totp"
    passkey = "passkey"
    recovery_code = "recovery_code"


class SignInStep(StrEnum):
    """The step that is still required before a session is valid."""

    none = ""
    second_factor = "second_factor"
    password = "password"  # noqa: S105 - the name of a step
    enrolment = "enrolment"


class StrengthBand(StrEnum):
    """The band of an identity strength."""

    fragile = "fragile"
    steady = "steady"
    strong = "strong"


class CustomerLifecycle(StrEnum):
    """The lifecycle of a customer; only active ones have a band and count in averages."""

    onboarding = "onboarding"
    active = "active"
    lapsed = "lapsed"
    left = "left"


class CelebrationMode(StrEnum):
    """How the widget celebrates a milestone."""

    on = "on"
    quiet = "quiet"
    off = "off"


class DeclaredContext(StrEnum):
    """A context that a customer can declare in the widget."""

    busy = "busy"
    stuck = "stuck"
    exploring = "exploring"
    frustrated = "frustrated"
    own_words = "own_words"


class CardStatus(StrEnum):
    """The status of a card in its lifecycle."""

    pending = "pending"
    snoozed = "snoozed"
    dismissed = "dismissed"
    actioned = "actioned"
    completed = "completed"


class CardOutcome(StrEnum):
    """The outcome of a card."""

    responded = "responded"
    ignored = "ignored"
    converted = "converted"


class OpenerWriter(StrEnum):
    """What wrote the opener of a card."""

    template = "template"
    model = "model"


class ScorecardStatus(StrEnum):
    """The status of a scorecard version; at most one is published."""

    draft = "draft"
    published = "published"
    retired = "retired"


class ScorecardOrigin(StrEnum):
    """The origin of a scorecard's weights."""

    hand_set = "hand_set"
    learned = "learned"


class EndpointStatus(StrEnum):
    """Whether a webhook endpoint receives events."""

    active = "active"
    paused = "paused"
    disabled = "disabled"


class DeliveryStatus(StrEnum):
    """The status of a webhook delivery."""

    waiting = "waiting"
    delivered = "delivered"
    failed = "failed"
    given_up = "given_up"


class DirectoryKind(StrEnum):
    """The kind of key in a directory entry."""

    staff_email = "staff_email"
    staff_session = "staff_session"
    api_key = "api_key"
    signing_key = "signing_key"
    sign_in_domain = "sign_in_domain"
    passkey = "passkey"
    staff_invitation = "staff_invitation"
