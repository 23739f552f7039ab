"""Checks of an opener. Model and templates must pass them; edits by staff are not checked.

This is the second of three protections: instructions in foreign text are withheld from the model
(`prompt_sanitizing`), its answer is checked here, and a person reads the card before anybody else.
"""

import re

import msgspec

from pulse.i18n.languages import reads_as

SHORTEST, LONGEST = 40, 600
"""Length of an opener in characters, shortest and longest."""

ECHO_WORDS = 4
"""Number of consecutive words copied from foreign text that counts as repetition."""


class Problem(msgspec.Struct, frozen=True):
    """A broken rule: a code for logs and counts, and the explanation sent to the model."""

    code: str
    advice: str


_LINK = re.compile(
    r"https?:|www\.|\S+@\S+|(?<!\w)@\w|\b[\w-]+\.(?:com|net|org|io|co|example)\b", re.I
)
_MARKUP = re.compile(r"[<>{}\[\]`*_#|\\]|\n")
_CONTROL = re.compile(r"[\u0000-\u001f\u007f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SHOUT = re.compile(r"\b[A-ZÄÖÜÀ-Þ]{4,}\b")
_MONEY = re.compile(
    r"[$€£¥₹৳%]|\b(?:usd|eur|gbp|dollars?|euros?|percent|prozent|por ?ciento|pour ?cent"
    r"|por ?cento)\b|শতাংশ|টাকা|بالمئة|دولار",
    re.I,
)
_PROMISE = re.compile(
    r"\b(?:(?:i|we) promise|guarantee\w*|refund\w*|discount\w*|voucher\w*|coupon\w*|compensat\w*"
    r"|free of charge|for free|free gift|cash ?back|gift card"
    r"|versprech\w*|garantier\w*|garantie|rabatt\w*|gutschein\w*|erstatt\w*|rückerstatt\w*"
    r"|kostenlos\w*|entschädig\w*|gratis"
    r"|promet\w*|garantiz\w*|descuento\w*|reembols\w*|cup[oó]n\w*|indemniz\w*"
    r"|promett\w*|garanti\w*|rembours\w*|remises?|gratuit\w*|bon d.achat|dédommag\w*"
    r"|descontos?|cupom|cupons|grátis|indeniz\w*)\b"
    r"|প্রতিশ্রুতি|গ্যারান্টি|মূল্যছাড়|ফেরত|বিনামূল্যে|কুপন"
    r"|نضمن|ضمان|نعدكم|أعدكم|خصم|استرداد|مجان|قسيمة|تعويض",
    re.I,
)
_INTERNAL = re.compile(
    r"\b(?:churn\w*|at risk|risk|risks|risky|identity strength|score[sd]?|erosion|eroded|fragile"
    r"|algorithm\w*|system prompt|language model|as an ai|openai|gpt\w*|chatbot"
    r"|risiko|risiken|abwander\w*|punktzahl|algorithmus"
    r"|riesgos?|puntuaci[oó]n|algoritmos?|risques?|riscos?|pontuaç\w*|algorithmes?)\b"
    r"|ঝুঁকি|স্কোর|অ্যালগরিদম|مخاطر|\bخطر\b|خوارزمي",
    re.I,
)
_PHONE = re.compile(r"(?:\d[\s().-]*){7,}")
_INSTRUCTION_TALK = re.compile(
    r"\b(?:ignore|instructions?|prompt|override|jailbreak|developer mode)\b", re.I
)

_ALWAYS: tuple[tuple[re.Pattern[str], Problem], ...] = (
    (_CONTROL, Problem("control_characters", "Use plain printable characters only.")),
    (_MARKUP, Problem("markup", "One paragraph of plain text, no markup, lists or placeholders.")),
    (_LINK, Problem("link", "No links, addresses or handles.")),
    (_MONEY, Problem("price", "No prices, amounts or percentages.")),
    (_PROMISE, Problem("promise", "No promises, guarantees, refunds, discounts or gifts.")),
    (_INTERNAL, Problem("internal_words", "Nothing about scores, risk, leaving or how you work.")),
    (
        _INSTRUCTION_TALK,
        Problem("instruction_talk", "Speak to the customer about the matter only."),
    ),
)


def problems(
    opener: str,
    *,
    language: str,
    allowed: tuple[str, ...] = (),
    foreign: tuple[str, ...] = (),
) -> list[Problem]:
    """Return the problems of an opener; empty when it may be shown.

    allowed: names the opener may contain (customer, business, milestone). foreign: texts of the
    customer or from data that the opener must not repeat.
    """
    bare = _without(opener, allowed)
    found = [problem for pattern, problem in _ALWAYS if pattern.search(bare)]
    if not SHORTEST <= len(opener.strip()) <= LONGEST:
        found.append(Problem("length", f"Between {SHORTEST} and {LONGEST} characters."))
    if any(character.isdigit() for character in bare):
        found.append(Problem("figures", "No digits at all."))
    if _SHOUT.search(bare):
        found.append(Problem("shouting", "No words in capitals."))
    if not reads_as(bare, language):
        found.append(Problem("language", "Write in the language asked for."))
    if any(echoes(bare, text) for text in foreign):
        found.append(Problem("echo", "Do not repeat the customer's data or words verbatim."))
    return found


def may_be_quoted(words: str) -> bool:
    """Return whether a customer's own words may be quoted in an opener.

    Figures such as an order number are allowed; promises, prices, links, commands, shouting and
    phone numbers are not.
    """
    rules_broken = any(pattern.search(words) for pattern, _ in _ALWAYS) or _SHOUT.search(words)
    return not rules_broken and not _PHONE.search(words)


def side_text_problems(text: str, *, longest: int, foreign: tuple[str, ...] = ()) -> list[Problem]:
    """Check the lines for the CSM (reason, follow-up): no links, no copied text, short."""
    found = [
        problem
        for pattern, problem in _ALWAYS
        if problem.code in ("control_characters", "markup", "link", "instruction_talk")
        and pattern.search(text)
    ]
    if not 3 <= len(text.strip()) <= longest:
        found.append(Problem("length", f"reason and follow_up: at most {longest} characters."))
    if _SHOUT.search(text):
        found.append(Problem("shouting", "No words in capitals."))
    if any(echoes(text, other) for other in foreign):
        found.append(Problem("echo", "Do not repeat the customer's data or words verbatim."))
    return found


def echoes(text: str, foreign: str) -> bool:
    """Return whether `text` contains ECHO_WORDS consecutive words of `foreign`."""
    runs = _runs(foreign)
    return bool(runs) and not runs.isdisjoint(_runs(text))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + ECHO_WORDS]) for i in range(len(words) - ECHO_WORDS + 1)}


def _without(opener: str, allowed: tuple[str, ...]) -> str:
    for name in sorted(filter(None, allowed), key=len, reverse=True):
        opener = opener.replace(name, " ")
    return opener
