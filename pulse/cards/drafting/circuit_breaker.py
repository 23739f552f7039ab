"""A circuit breaker: after failures in a row, no calls to the model for a while."""

import time
from collections.abc import Callable

FAILURES = 5
PAUSE_SECONDS = 60.0
LONGEST_PAUSE = 300.0


class Breaker:
    """Closed (calls pass), open (none pass), half-open (one tries after the pause)."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._closed_again_at = 0.0
        self._trying = False

    def allows(self) -> bool:
        """Whether a call may be made now; after a pause one at a time may."""
        if self._failures < FAILURES and self._now() >= self._closed_again_at:
            return True
        if self._now() < self._closed_again_at or self._trying:
            return False
        self._trying = True
        return True

    def worked(self) -> None:
        """The model answered: everything is as before."""
        self._failures, self._trying, self._closed_again_at = 0, False, 0.0

    def failed(self, wait: float = 0.0) -> None:
        """The model failed; `wait` seconds are what it asked for itself (Retry-After)."""
        self._failures += 1
        self._trying = False
        pause = PAUSE_SECONDS if self._failures >= FAILURES else 0.0
        self._closed_again_at = self._now() + min(LONGEST_PAUSE, max(pause, wait))

    def gave_up(self) -> None:
        """A call ended without saying anything about the model's health."""
        self._trying = False
