"""The domain's errors, one tree; each carries a code and details, and knows no HTTP number.

PulseError
├── Invalid       the input is wrong: what, where, what to do
├── NotSignedIn   no or no valid credential
├── NotAllowed    known, but this role may not
├── NotFound      not there, or not visible in this business
├── Conflict      somebody or something else came first
├── TooMany       over a limit; `retry_after` seconds say when to come back
└── Unavailable   a part we depend on is away; `retry_after` seconds likewise

`widget_api.errors` turns these into HTTP answers, `ui.runtime.errors` into toasts and panels.
"""

from typing import Any, ClassVar


class PulseError(Exception):
    """A refusal with a stable code, a sentence for a person and details for a program."""

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
    """Over a rate or a cap; `retry_after` is in seconds."""

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
