"""A small process that stops the embedded PostgreSQL when Pulse was killed.

It waits on a pipe that only its parent holds. When the parent is gone (also by kill -9) and no
other process of ours has taken the server over within the grace time, it stops the server.
"""

import sys
import time
from pathlib import Path

from pulse.db.embedded.server import owned_by_somebody, stop_if_unused

GRACE_SECONDS = 3.0  # a supervisor restarts us faster than this and then keeps the warm server


def main(folder: str) -> None:
    """Wait for the parent's end, then stop the server in `folder` unless somebody uses it."""
    sys.stdin.buffer.read()
    data = Path(folder)
    if owned_by_somebody(data) or not (data / "postmaster.pid").exists():
        return
    time.sleep(GRACE_SECONDS)
    if (data / "postmaster.pid").exists():
        stop_if_unused(data)


if __name__ == "__main__":
    main(sys.argv[1])
