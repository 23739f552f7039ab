"""Receive Pulse's webhooks: check the signature, answer at once, handle each message once.

`pip install standardwebhooks`. The environment holds WEBHOOK_SECRET (`whsec_…`, from Settings →
Webhooks) and PORT. Put a TLS proxy in front: Pulse sends to https only.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

MOST_BYTES = 1_000_000
seen: set[str] = set()  # a delivery may arrive twice; store this in your database


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to messages signed by Pulse, 400 to anything else."""

    timeout = 10

    def do_POST(self) -> None:
        """Handle one message."""
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), MOST_BYTES)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            Webhook(os.environ["WEBHOOK_SECRET"]).verify(body, headers)
        except WebhookVerificationError:
            self.send_error(400, "The signature does not fit.")
            return
        self.send_response(204)
        self.end_headers()
        if headers["webhook-id"] not in seen:
            seen.add(headers["webhook-id"])
            handle(json.loads(body))

    def log_message(self, *_: object) -> None:
        """Write no log; `handle` prints each message."""


def handle(message: dict[str, object]) -> None:
    """Process a message; put slow work into a queue."""
    print(message["type"], json.dumps(message["data"], sort_keys=True), flush=True)


if __name__ == "__main__":
    with ThreadingHTTPServer(
        ("127.0.0.1", int(os.environ.get("PORT", "8090"))), Receiver
    ) as server:
        print(f"listening on {server.server_port}", flush=True)
        server.serve_forever()
