"""What a host-site developer copies: snippet, token code, policy lines."""

SNIPPET = """<script src="{address}/widget/v1/pulse.js"></script>
<script>
  PulseWidget.init({{
    apiUrl: "{address}",
    position: "bottom-right",
    // called again before a token runs out
    getToken: () => fetch("/pulse-token").then((r) => r.text()),
  }});
</script>"""

PYTHON = """import time, jwt

def pulse_token(customer_id: str) -> str:
    now = int(time.time())
    return jwt.encode(
        {{"business_id": "{slug}", "customer_id": customer_id,
         "aud": "pulse", "iat": now, "exp": now + 900}},
        PULSE_SECRET, algorithm="HS256", headers={{"kid": PULSE_KID}},
    )"""

CSP = """script-src {address}
connect-src {address} {socket}
style-src   (nothing: the widget brings its own sheet)"""


def filled(template: str, address: str, slug: str) -> str:
    """The template with this Pulse's address and this business's public id."""
    socket = address.replace("https://", "wss://").replace("http://", "ws://")
    return template.format(address=address, slug=slug, socket=socket)
