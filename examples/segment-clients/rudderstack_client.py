"""RudderStack's client, configured only with another host: rudderstack_client.py URL KEY COUNT."""

import sys

from rudderstack.analytics.client import Client

host, key, count = sys.argv[1:]
failed: list[object] = []
client = Client(key, host=host, on_error=lambda error, items: failed.append(error))
client.identify("python-1", {"name": "Bo", "email": "bo@x.example"})
for number in range(int(count)):
    client.track(f"python-{number % 20}", "rudderstack-python", {"revenue": number})
client.flush()
client.shutdown()
sys.exit(1 if failed else 0)
