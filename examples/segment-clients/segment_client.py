"""Segment's client, configured only with another host: segment_client.py URL KEY COUNT."""

import sys
from datetime import UTC, datetime

from segment.analytics.client import Client

host, key, count = sys.argv[1:]
failed: list[object] = []
client = Client(key, host=host, on_error=lambda error, items: failed.append(error))
client.identify(
    "python-0", {"address": {"city": "Rome"}, "createdAt": datetime(2023, 1, 5, tzinfo=UTC)}
)
client.group("python-0", "g1", {"name": "Acme"})
client.page("python-0", "Site", "Pricing")
for number in range(int(count)):
    client.track(f"python-{number % 20}", "segment-python", {"revenue": str(number)})
client.flush()
client.shutdown()
sys.exit(1 if failed else 0)
