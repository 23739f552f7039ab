"""Code for a host-site developer: snippet, token code, policy lines.

HOST, BUSINESS, VERSION and INTEGRITY stand for this installation, the business and its widget. The
first two snippets are those of docs/embed.md.
"""

from pulse import widget_release
from ui.texts import marked

LOADER = """<script nonce="{{nonce}}">
(function (w, d, src) {
  if (w.PulseWidget && w.PulseWidget.on) return;
  var q = [], api = { q: q, loaded: false, isOpen: false };
  ['init','identify','logout','destroy','open','close','toggle','show','hide','on','off','once',
   'setLocale','setTheme','setNonce','routeChange','shareContext','debug'].forEach(function (m) {
    api[m] = function () { var a = [].slice.call(arguments);
      return new Promise(function (done) { q.push([m, a, done]); }); };
  });
  w.PulseWidget = api;
  var fail = function () {
    q.push = function (call) { call[2]({ ok: false, error: 'load_failed' }); };
    q.splice(0).forEach(function (call) { q.push(call); });
  };
  var s = d.createElement('script'), me = d.currentScript;
  s.async = true; s.crossOrigin = 'anonymous'; s.onerror = fail;
  if (me && me.nonce) s.nonce = me.nonce;
  var same = { createScriptURL: function (url) { return url; } };
  try {
    s.src = w.trustedTypes ? trustedTypes.createPolicy('pulse', same).createScriptURL(src) : src;
    d.head.appendChild(s);
  } catch (refused) { import(src).catch(fail); }
})(window, document, 'https://HOST/widget/v1/pulse.js');
PulseWidget.init({
  getToken: () => fetch('/pulse-token', { cache: 'no-store' })
    .then((answer) => answer.ok ? answer.text() : Promise.reject(answer.status)),
  apiUrl: 'https://HOST',
  position: 'bottom-right',
});
</script>"""

TAG = """<script async src="https://HOST/widget/v1/pulse.js"
  data-token-url="/pulse-token" data-position="bottom-right" data-locale="auto"></script>"""

PINNED = """<script async src="https://HOST/widget/vVERSION/pulse.js"
  integrity="INTEGRITY" crossorigin="anonymous"
  data-token-url="/pulse-token" data-position="bottom-right" data-locale="auto"></script>"""

PYTHON = """import os, time, jwt

def pulse_token(customer_id: str) -> str:
    now = int(time.time())
    return jwt.encode(
        {"business_id": "BUSINESS", "customer_id": customer_id,
         "aud": "pulse", "iat": now, "exp": now + 900},
        os.environ["PULSE_SIGNING_SECRET"], algorithm="HS256",
        headers={"kid": os.environ["PULSE_KID"]},
    )"""

NODE = """import { createHmac } from 'node:crypto';

const { PULSE_KID, PULSE_SIGNING_SECRET } = process.env;
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function pulseToken(customerId) {
  const now = Math.floor(Date.now() / 1000);
  const head = encode({ alg: 'HS256', typ: 'JWT', kid: PULSE_KID });
  const body = encode({
    business_id: 'BUSINESS', customer_id: customerId,
    aud: 'pulse', iat: now, exp: now + 900,
  });
  const signature = createHmac('sha256', PULSE_SIGNING_SECRET).update(`${head}.${body}`);
  return `${head}.${body}.${signature.digest('base64url')}`;
}"""

PHP = """function encode(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function pulse_token(string $customer): string
{
    $now = time();
    $head = encode(json_encode(['alg' => 'HS256', 'typ' => 'JWT', 'kid' => getenv('PULSE_KID')]));
    $body = encode(json_encode([
        'business_id' => 'BUSINESS', 'customer_id' => $customer,
        'aud' => 'pulse', 'iat' => $now, 'exp' => $now + 900,
    ]));
    $secret = getenv('PULSE_SIGNING_SECRET');
    return "$head.$body." . encode(hash_hmac('sha256', "$head.$body", $secret, true));
}"""

CSP = """script-src https://HOST
connect-src 'self' https://HOST wss://HOST"""

NAMES = marked(("One tag", "With calls", "One version, with its hash"))
SNIPPETS = dict(zip(NAMES, (TAG, LOADER, PINNED), strict=True))
SIGNERS = {"Python": PYTHON, "Node": NODE, "PHP": PHP}


def filled(template: str, address: str, slug: str) -> str:
    """Return the template filled with this installation's URL, widget and business id."""
    widget = widget_release.current()
    template = template.replace("VERSION", widget.version).replace("INTEGRITY", widget.integrity)
    socket = address.replace("https://", "wss://").replace("http://", "ws://")
    here = template.replace("https://HOST", address).replace("wss://HOST", socket)
    return here.replace("BUSINESS", slug)
