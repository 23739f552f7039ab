"""A channel: text messages, sent by the gateway whose URL is in LANTERN_GATEWAY."""

import os

import httpx

from pulse.sdk import Delivery, Unavailable, channel


@channel("text_message", "Text message")
async def send(delivery: Delivery) -> None:
    """Send the message to the gateway, which knows customers by the shop's own ids."""
    gateway = os.environ.get("LANTERN_GATEWAY")
    if not gateway:
        raise Unavailable("Set LANTERN_GATEWAY to the address of the gateway for text messages.")
    message = {"to": delivery.external_id, "text": delivery.text, "key": str(delivery.card_id)}
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.post(gateway, json=message)
        answer.raise_for_status()
