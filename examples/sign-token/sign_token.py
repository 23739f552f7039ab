"""Sign a customer token for the Pulse widget: PULSE_KID and PULSE_SIGNING_SECRET, then an id."""

import os
import sys
from datetime import UTC, datetime, timedelta

import jwt


def sign(customer_id: str, business_id: str, kid: str, secret: str) -> str:
    now = datetime.now(UTC)
    claims = {
        "customer_id": customer_id,
        "business_id": business_id,
        "aud": "pulse",
        "iat": now,
        "exp": now + timedelta(minutes=15),
    }
    return jwt.encode(claims, secret, algorithm="HS256", headers={"kid": kid})


if __name__ == "__main__":
    print(
        sign(
            sys.argv[1],
            os.environ["PULSE_BUSINESS"],
            os.environ["PULSE_KID"],
            os.environ["PULSE_SIGNING_SECRET"],
        )
    )
