"""The button of a form that asks the browser for a passkey and sends what it answers."""

from html import escape

from starlette.requests import Request
from starlette.responses import Response

from ui.auth.session import keep

CHALLENGE_COOKIE = "pulse_challenge"
CHALLENGE_SECONDS = 600


def passkey_button(words: str, action: str, options: str, *, makes: bool, more: str = "") -> str:
    """A form with one button; `options` is the JSON of pulse.auth.second_factor.passkeys.

    `makes` makes a passkey, otherwise one is shown; `more` are further fields, as HTML.
    """
    call = "create" if makes else "get"
    parse = "parseCreationOptionsFromJSON" if makes else "parseRequestOptionsFromJSON"
    return _FORM.format(
        words=escape(words),
        action=action,
        options=escape(options),
        call=call,
        parse=parse,
        more=more,
    )


def with_challenge(response: Response, sealed: str) -> Response:
    """The page, with what its passkey button will be held against."""
    keep(response, CHALLENGE_COOKIE, sealed, CHALLENGE_SECONDS)
    return response


def challenge_of(request: Request) -> str:
    """What `with_challenge` gave to this browser."""
    return request.cookies.get(CHALLENGE_COOKIE, "")


_FORM = """<form method="post" action="{action}" data-options="{options}" onsubmit="
if (this.credential.value) return true;
const options = PublicKeyCredential.{parse}(JSON.parse(this.dataset.options));
navigator.credentials.{call}({{publicKey: options}}).then(
 made => {{ this.credential.value = JSON.stringify(made.toJSON()); this.submit(); }},
 () => {{ this.querySelector('p').hidden = false; }});
return false;">{more}
<input type="hidden" name="credential">
<p class="pl-quiet" role="status" hidden>This browser showed no passkey. Try again.</p>
<button class="pl-btn" type="submit">{words}</button></form>"""
