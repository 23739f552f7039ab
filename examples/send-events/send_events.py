"""Send customers and events to Pulse with Python's standard library only.

The environment holds PULSE_URL and PULSE_KEY (an API key with the scope `ingest`). A message id
counts once, so a call that may have failed can be sent again.
"""

import gzip
import json
import os
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from uuid import uuid4


def identify(customer_id: str, **traits: object) -> dict[str, object]:
    """Return a message with attributes of a customer."""
    return {"type": "identify", "customer_id": customer_id, "traits": traits, "timestamp": _now()}


def track(customer_id: str, event: str, amount: float | None = None) -> dict[str, object]:
    """Return a message about something a customer did."""
    item: dict[str, object] = {"type": "track", "customer_id": customer_id, "event": event}
    return {**item, "amount": amount, "messageId": uuid4().hex, "timestamp": _now()}


def send(items: list[dict[str, object]], tries: int = 5) -> dict[str, object]:
    """Send up to 500 items; waits and retries while Pulse is busy or unreachable."""
    body = gzip.compress(json.dumps({"batch": items, "sentAt": _now()}).encode())
    headers = {
        "Authorization": f"Bearer {os.environ['PULSE_KEY']}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    request = urllib.request.Request(f"{os.environ['PULSE_URL']}/api/batch", body, headers)
    for attempt in range(tries):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                taken: dict[str, object] = json.load(answer)["data"]
                return taken
        except urllib.error.HTTPError as refused:
            if refused.code not in (429, 503) or attempt + 1 == tries:
                raise
            time.sleep(float(refused.headers.get("Retry-After", 2**attempt)))
    raise TimeoutError("Pulse did not take the items.")


def _now() -> str:
    return datetime.now(UTC).isoformat()


if __name__ == "__main__":
    print(send([identify("17850", name="Ann", plan="Plus"), track("17850", "order", 24.9)]))
