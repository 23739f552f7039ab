"""Webhooks: signed messages to other systems (Standard Webhooks specification).

endpoints   URLs of a business, their event kinds and secrets
outbox      `emit` inside the change's transaction: the delivery exists if and only if it commits
delivery    the durable job that sends and retries for a day
signing     secrets and signatures

Each delivery must pass `pulse.outbound.url_policy`.
"""
