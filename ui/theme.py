"""The dashboard's look: one set of colour tokens, light and dark, and the page head.

Every colour on a screen is one of these tokens. They become CSS variables (`--pl-panel`), dark
under `body.body--dark`. `static/dashboard.css` holds the rules; charts are SVG and use the same
variables.
"""

import hashlib
from functools import cache
from pathlib import Path

from ui.texts import marked

STATIC = Path(__file__).parent / "static"
ASSETS = "/assets"

TOKENS: dict[str, tuple[str, str]] = {
    # name: (light, dark)
    "background": ("#fbfbfa", "#141415"),
    "panel": ("#ffffff", "#1b1b1d"),
    "sunken": ("#f5f4f2", "#202022"),
    "line": ("#e7e5e2", "#2c2c2f"),
    "line-firm": ("#d3d0cb", "#3c3c40"),
    "ink": ("#1c1b1a", "#ececea"),
    "ink-2": ("#5f5c58", "#a5a39f"),
    "ink-3": ("#716d68", "#908e8a"),
    "accent": ("#4653d6", "#8b95ff"),
    "accent-soft": ("#eef0fd", "#23264a"),
    "accent-wash": ("rgba(70, 83, 214, 0.06)", "rgba(139, 149, 255, 0.10)"),
    "on-accent": ("#ffffff", "#12132b"),
    "strong": ("#1a7859", "#5cc39c"),
    "strong-soft": ("#e4f4ee", "#16302a"),
    "steady": ("#7d600f", "#d8b24a"),
    "steady-soft": ("#faf1d8", "#2f2815"),
    "fragile": ("#b23a2e", "#f08a7e"),
    "fragile-soft": ("#fdeae7", "#3a1f1c"),
    # bars cover more area than text, so their colours are a shade calmer
    "bar-strong": ("#4d9d82", "#4aa583"),
    "bar-steady": ("#b6983f", "#b5943c"),
    "bar-fragile": ("#c8685d", "#cf7468"),
}


def colour(name: str) -> str:
    """Return a token as CSS, for styles and SVG charts; KeyError for an unknown name."""
    if name not in TOKENS:
        raise KeyError(f"no colour token {name!r}: the tokens are {', '.join(TOKENS)}")
    return f"var(--pl-{name})"


def variables(*, by_system: bool = False) -> str:
    """Return the tokens as CSS; `by_system`: follow the browser (pages without NiceGUI)."""
    light = "".join(f"--pl-{name}:{pair[0]};" for name, pair in TOKENS.items())
    dark = "".join(f"--pl-{name}:{pair[1]};" for name, pair in TOKENS.items())
    if by_system:
        return f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return f":root{{{light}}}body.body--dark{{{dark}}}"


def head() -> str:
    """Return the head of every NiceGUI page: the tokens and the style sheet."""
    return f'<style>{variables()}</style><link rel="stylesheet" href="{asset("dashboard.css")}">'


@cache
def asset(name: str) -> str:
    """Return the URL of a file in `static` with its fingerprint, cached for a year."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"{ASSETS}/{name}?v={mark}"


MARK = (
    '<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
    '<path d="M1.5 10.5h3.6L7.6 4l4.4 12 2.6-8 1.3 2.5h2.6"/></svg>'
)

COOKIE = "pulse_theme"
CHOICES = marked({"light": "Light", "dark": "Dark", "system": "As the system"})


def choose_script(choice: str) -> str:
    """Return JavaScript that switches the look and stores it in a cookie for a year."""
    dark = {"light": "false", "dark": "true"}.get(choice, "None")
    return (
        f"setDark({dark}); "
        f"document.cookie = '{COOKIE}={choice}; path=/; max-age=31536000; samesite=lax'"
    )


FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" fill="none" stroke="#6d78f0" '
    'stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M1.5 10.5h3.6L7.6 4l4.4 12 2.6-8 1.3 2.5h2.6"/></svg>'
)
