"""The domain errors in one tree; each has a code and details, and no HTTP status.

PulseError
├── Invalid       the input is wrong: what, where, what to do
├── NotSignedIn   no valid credential
├── NotAllowed    known, but without the permission
├── NotFound      does not exist, or is not visible in this business
├── Conflict      the state has changed, or something else was first
├── TooMany       over a limit; `retry_after` says in how many seconds to retry
└── Unavailable   a required part does not answer; `retry_after` likewise

`widget_api.errors` maps these to HTTP answers, `ui.runtime.errors` to notices and panels.
"""

from typing import Any, ClassVar


class PulseError(Exception):
    """An error with a stable code, a sentence for people and details for programs."""

    default_code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details = details


class Invalid(PulseError):
    """The input is invalid."""

    default_code = "INVALID_INPUT"


class NotSignedIn(PulseError):
    """No credential, or one that is expired, revoked or forged."""

    default_code = "UNAUTHENTICATED"


class NotAllowed(PulseError):
    """The credential is valid, but its role is not sufficient."""

    default_code = "FORBIDDEN"


class NotFound(PulseError):
    """It does not exist, or it belongs to another business."""

    default_code = "NOT_FOUND"


class Conflict(PulseError):
    """The state has changed since it was read."""

    default_code = "CONFLICT"


class TooMany(PulseError):
    """Over a rate limit or a maximum; `retry_after` is in seconds."""

    default_code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: float = 1.0, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class Unavailable(PulseError):
    """A service that is needed is unavailable; `retry_after` is in seconds."""

    default_code = "UNAVAILABLE"

    def __init__(self, message: str, *, retry_after: float = 2.0, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after
