"""Circuit breaker: pause calls to the model after consecutive failures."""

import time
from collections.abc import Callable

FAILURES = 5
PAUSE_SECONDS = 60.0
LONGEST_PAUSE = 300.0


class Breaker:
    """Closed (calls pass), open (no calls), half-open (one trial call after the pause)."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._closed_again_at = 0.0
        self._trying = False

    def allows(self) -> bool:
        """Return whether a call may be made now; after the pause only one at a time."""
        if self._failures < FAILURES and self._now() >= self._closed_again_at:
            return True
        if self._now() < self._closed_again_at or self._trying:
            return False
        self._trying = True
        return True

    def worked(self) -> None:
        """Record a success: the circuit closes."""
        self._failures, self._trying, self._closed_again_at = 0, False, 0.0

    def failed(self, wait: float = 0.0) -> None:
        """Record a failure. wait: seconds that the server asked for (Retry-After)."""
        self._failures += 1
        self._trying = False
        pause = PAUSE_SECONDS if self._failures >= FAILURES else 0.0
        self._closed_again_at = self._now() + min(LONGEST_PAUSE, max(pause, wait))

    def gave_up(self) -> None:
        """Record a call that ended without telling whether the model works."""
        self._trying = False
