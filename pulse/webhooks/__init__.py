"""Telling other systems what happened, signed as the Standard Webhooks specification says.

endpoints   a business's addresses, their kinds and secrets
outgoing    `emit` inside the change's own transaction: the delivery exists exactly when it does
delivery    the durable job that sends, tries again for a day, and gives up aloud
addresses   no way into private networks
signing     secrets and signatures
"""
