"""The words that some columns are limited to, by a CHECK constraint in the database."""

from enum import StrEnum


class StaffRole(StrEnum):
    """What a staff member may do; each role may do what the one before may."""

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
    """What proves who signs in, beside the password."""

    totp = "totp"
    passkey = "passkey"
    recovery_code = "recovery_code"


class SignInStep(StrEnum):
    """What is still to be done before a session counts."""

    none = ""
    second_factor = "second_factor"
    password = "password"  # noqa: S105 - the name of a step
    enrolment = "enrolment"


class StrengthBand(StrEnum):
    """Where an identity strength stands."""

    fragile = "fragile"
    steady = "steady"
    strong = "strong"


class CustomerLifecycle(StrEnum):
    """Where a customer is in time; only active ones stand in a band and count in averages."""

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
    """What a customer may declare in the widget."""

    busy = "busy"
    stuck = "stuck"
    exploring = "exploring"
    frustrated = "frustrated"
    own_words = "own_words"


class CardStatus(StrEnum):
    """Where a card is in its lifecycle."""

    pending = "pending"
    snoozed = "snoozed"
    dismissed = "dismissed"
    actioned = "actioned"
    completed = "completed"


class CardOutcome(StrEnum):
    """What came of a card."""

    responded = "responded"
    ignored = "ignored"
    converted = "converted"


class OpenerWriter(StrEnum):
    """Who wrote the opener of a card."""

    template = "template"
    model = "model"


class ScorecardStatus(StrEnum):
    """Where a version of the scorecard is; at most one is published."""

    draft = "draft"
    published = "published"
    retired = "retired"


class ScorecardOrigin(StrEnum):
    """Where the weights of a scorecard come from."""

    hand_set = "hand_set"
    learned = "learned"


class EndpointStatus(StrEnum):
    """Whether a webhook endpoint is served."""

    active = "active"
    paused = "paused"
    disabled = "disabled"


class DeliveryStatus(StrEnum):
    """How the delivery of a webhook goes."""

    waiting = "waiting"
    delivered = "delivered"
    failed = "failed"
    given_up = "given_up"


class DirectoryKind(StrEnum):
    """What a directory entry is the key of."""

    staff_email = "staff_email"
    staff_session = "staff_session"
    api_key = "api_key"
    signing_key = "signing_key"
    sign_in_domain = "sign_in_domain"
    passkey = "passkey"
