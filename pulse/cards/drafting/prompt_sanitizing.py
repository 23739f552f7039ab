"""Sanitize foreign text in a prompt: names, notes, values, earlier openers.

Foreign text is never trusted. Names are reduced to what a name can be. Texts that look like
instructions to a model are withheld (the CSM still sees them on the card). The rest is fenced as
JSON strings.
"""

import json
import re
import unicodedata
from typing import Any

LONGEST_NAME = 40
MOST_NAME_WORDS = 4
LONGEST_TEXT = 280

# Verbs and nouns used towards a model, in the product's languages. False positives are acceptable:
# a withheld note costs the model a detail and the CSM nothing.
_SUSPICIOUS = re.compile(
    r"ignore|disregard|forget (?:all|every|the|your)|instruction|prompt|system\s*[:\]>]|assistant"
    r"|developer mode|jailbreak|you are now|from now on|act as|pretend|role ?play|override"
    r"|(?:new|your|only) (?:task|job|role|goal)|insult"
    r"|(?:respond|reply|answer) (?:with|only)|output|print|repeat (?:after|the|this)|translate"
    r"|(?:write|say|state|tell|include|add|mention|insert|append|begin|start|end|use|put|call"
    r"|offer|promise|set|return)\s+(?:this|that|the|a|an|only|exactly|them|him|her|us|every|in"
    r"|with|to the|['\"“«:])"
    r"|\bopener\b|\bjson\b|</?\w+>|```|\{\{|base64|\\u00|http|www\."
    r"|ignorier|anweisung|vergiss|antworte (?:nur|mit)|schreibe? (?:nur|genau|dem|der)"
    r"|gib .{0,20}aus|ignora|instrucci|olvida|responde (?:solo|con)|escribe"
    r"|ignore[zr]|oublie|consigne|réponds|écris|ignore as|instruç|esqueça|responda|escreva"
    r"|উপেক্ষা|নির্দেশ|লিখুন|تجاهل|تعليمات|اكتب",
    re.I,
)
_IN_NAMES = frozenset(" .'’&,-")
_LETTERS = ("L", "M")  # letters and the combining marks of many scripts


def safe_name(name: str | None) -> str | None:
    """Return a name suitable for a greeting; None when it is missing, odd or hostile."""
    tidy = " ".join(_plain(name or "").split())
    if not tidy or len(tidy) > LONGEST_NAME or len(tidy.split()) > MOST_NAME_WORDS:
        return None
    if suspicious(tidy) or not all(_in_names(character) for character in tidy):
        return None
    return tidy


def _in_names(character: str) -> bool:
    return character in _IN_NAMES or unicodedata.category(character)[0] in _LETTERS


def suspicious(text: str) -> bool:
    """Return whether a text looks like an instruction to a model."""
    return bool(_SUSPICIOUS.search(unicodedata.normalize("NFKC", _plain(text))))


def quoted(text: str | None) -> str | None:
    """Return foreign text for a prompt: one line, shortened, or a note that it is withheld."""
    if not text or not text.strip():
        return None
    if suspicious(text):
        return "(withheld)"
    tidy = " ".join(_plain(text).split())
    return tidy if len(tidy) <= LONGEST_TEXT else tidy[: LONGEST_TEXT - 1] + "…"


def fenced(data: dict[str, Any], mark: str) -> str:
    """Return data as JSON between markers that the data itself cannot contain."""
    body = json.dumps(data, ensure_ascii=False, indent=1)
    body = body.replace("<", "\\u003c").replace(">", "\\u003e").replace(mark, "")
    return f"<data-{mark}>\n{body}\n</data-{mark}>"


def _plain(text: str) -> str:
    """Remove control and invisible formatting characters."""
    return "".join(
        " " if character in "\n\r\t" else character
        for character in text
        if character in "\n\r\t" or unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs")
    )
