"""From the command to the line that says Pulse is ready: first and later starts of the demo.

It measures what a person waits for: the process with its imports, the embedded PostgreSQL,
migrations, the dashboard, the listening port. The first start also loads both businesses.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

STARTS = 5
LONGEST_SECONDS = 900.0
READY = "Pulse is ready: "
# environment variables of a developer's own settings, which are removed
OURS = ("DATABASE_URL", "REDIS_URL", "OPENAI_", "PULSE_")


def run(starts: int = STARTS, *, command: str = "demo") -> dict[str, Any]:
    """The results: the median of `starts` later starts in seconds, and the first start.

    command: "serve" starts without the demo's businesses.
    """
    with tempfile.TemporaryDirectory(prefix="pulse-bench-") as folder:
        first = _started(Path(folder), command)
        later = [_started(Path(folder), command) for _ in range(starts)]
    return {
        "ours": round(statistics.median(later), 2),
        "peer": None,
        "ratio": None,
        "unit": "s from the command to ready, data loaded before",
        "details": {
            "first_start_s": round(first, 1),
            "later_starts_s": [round(seconds, 2) for seconds in later],
        },
    }


def _started(folder: Path, name: str) -> float:
    """Start Pulse on this folder, wait until it is ready, stop it; returns the seconds it took."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    kept["PULSE_DATA_DIR"] = str(folder)
    command = [sys.executable, "-m", "pulse", name, "--port", "0"]
    began = time.perf_counter()
    server = subprocess.Popen(command, env=kept, stdout=subprocess.PIPE, text=True)
    impatient = threading.Timer(LONGEST_SECONDS, server.kill)
    impatient.start()
    try:
        assert server.stdout
        ready = any(line.startswith(READY) for line in server.stdout)
        seconds = time.perf_counter() - began
    finally:
        impatient.cancel()
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    if not ready:
        raise RuntimeError("Pulse did not start")
    return seconds
