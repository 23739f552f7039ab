"""A small process that stops the embedded PostgreSQL when Pulse was killed.

It waits on a pipe that only its parent holds. When the parent has ended (also by kill -9) and no
other Pulse process has taken over the server within the grace time, it stops the server.
"""

import sys
import time
from pathlib import Path

from pulse.db.embedded.server import owned_by_somebody, stop_if_unused

# seconds; a supervisor restarts Pulse faster than this, which keeps the server running
GRACE_SECONDS = 3.0


def main(folder: str) -> None:
    """Wait for the parent's end, then stop the server in `folder` unless a process uses it."""
    sys.stdin.buffer.read()
    data = Path(folder)
    if owned_by_somebody(data) or not (data / "postmaster.pid").exists():
        return
    time.sleep(GRACE_SECONDS)
    if (data / "postmaster.pid").exists():
        stop_if_unused(data)


if __name__ == "__main__":
    main(sys.argv[1])
