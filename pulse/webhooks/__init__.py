"""Webhooks: messages to other systems, signed as the Standard Webhooks specification says.

endpoints   addresses of a business, their event kinds and secrets
outbox      `emit` inside the change's own transaction: the delivery exists exactly when it does
delivery    the durable job that sends and retries for a day
signing     secrets and signatures

Each delivery is held to `pulse.outbound.url_policy`.
"""
