"""Numbers, money and dates as text, the same on all screens."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_skeleton, get_day_names
from babel.numbers import format_compact_currency, format_currency, format_decimal

from ui.texts import ENGLISH, gettext, marked, ngettext, reader_language, reader_locale

MINUS = "\u2212"
UNKNOWN = "–"
_WITHOUT_CENTS = re.compile(r"\.0+")
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "CHF": "CHF ", "INR": "₹"}


def number(value: float | None, decimals: int = 0) -> str:
    """1234.5 → '1,235' ('1,234.5' with decimals=1), in German '1.235'; None → '–'."""
    if value is None:
        return UNKNOWN
    return _decimal(value, decimals).replace("-", MINUS)


def signed(value: float | None, decimals: int = 0) -> str:
    """A change: '+3', '−12', '0' (never '+0'); None → ''."""
    if value is None:
        return ""
    rounded = round(value, decimals)
    if rounded == 0:
        return _decimal(0, decimals)
    return ("+" if rounded > 0 else MINUS) + _decimal(abs(rounded), decimals)


def signed_in(value: float | None, days: int) -> str:
    """A change with its period: '−12 in 30 days', '±0 in 7 days'; None → ''."""
    if value is None:
        return ""
    change = signed(value) if round(value) else "±0"
    return gettext("{change} in {days} days").format(change=change, days=days)


def arrow(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """A change with its direction: '▲ 0.8', '▼ 3', '± 0'; None → ''."""
    if value is None:
        return ""
    rounded = round(value, decimals)
    mark = "▲" if rounded > 0 else "▼" if rounded < 0 else "±"
    return f"{mark} {_decimal(abs(rounded), decimals)}{unit}"


def percent(share: float | None, decimals: int = 0) -> str:
    """0.384 → '38 %'; None → '–'."""
    return UNKNOWN if share is None else f"{_decimal(share * 100, decimals)} %"


def coverage_words(share: float | None) -> str:
    """Return how much of the score's input is known, if something is missing; else ""."""
    if share is None or share >= 0.995:
        return ""
    return gettext("{share} data coverage").format(share=percent(share))


def money(amount: float | None, currency: str = "GBP", *, short: bool = True) -> str:
    """41230 → '£41.2k', or '£41,230' when not short, in German '41.230 £'; None → '–'."""
    if amount is None:
        return UNKNOWN
    if reader_language() != ENGLISH:
        return _foreign_money(amount, currency, short)
    symbol = SYMBOLS.get(currency, f"{currency} ")
    sign, size = (MINUS if amount < 0 else ""), abs(amount)
    return f"{sign}{symbol}{_short(size) if short else f'{size:,.0f}'}"


def _foreign_money(amount: float, currency: str, short: bool) -> str:
    if short and abs(amount) >= 1e6:
        return format_compact_currency(amount, currency, locale=reader_locale(), fraction_digits=1)
    whole = round(amount) or 0
    said = format_currency(
        whole,
        currency,
        locale=reader_locale(),
        currency_digits=False,
        decimal_quantization=True,
        format=_WITHOUT_CENTS.sub("", reader_locale().currency_formats["standard"].pattern),
    )
    return str(said).replace("-", MINUS)


def _decimal(value: float, decimals: int) -> str:
    if reader_language() == ENGLISH:  # faster by a factor of thirty
        return f"{value:,.{decimals}f}"
    pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    return str(format_decimal(value, pattern, locale=reader_locale()))


def _short(size: float) -> str:
    for limit, divisor, suffix in (
        (999_950_000, 1e9, "bn"),
        (999_950, 1e6, "m"),
        (10_000, 1e3, "k"),
    ):
        if size >= limit:
            return f"{size / divisor:.1f}".removesuffix(".0") + suffix
    return f"{size:,.0f}"


def plural(count: int, one: str, many: str = "", *, most: int | None = None) -> str:
    """Return '1 customer' or '4,372 customers'; pass literals, so that they can be translated.

    most: the number up to which was counted; beyond it 'more than 10,000 customers'.
    """
    n = number(count)
    if most is not None and count > most:
        n = gettext("more than {counted_up_to}").format(counted_up_to=number(most))
    return ngettext(*plural_forms(one, many), count).format(n=n)


def plural_forms(one: str, many: str = "") -> tuple[str, str]:
    """Return the catalogue's forms for `plural`: '{n} customer', '{n} customers'."""
    return f"{{n}} {one}", f"{{n}} {many or one + 's'}"


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of that name; UTC for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago: 'now', '4 min ago', '3 h ago', 'yesterday', '5 days ago', '12 Mar'."""
    if moment is None:
        return UNKNOWN
    passed = now - moment
    if passed < timedelta(minutes=1):
        return gettext("now")
    if passed < timedelta(hours=1):
        return gettext("{n} min ago").format(n=int(passed.total_seconds() // 60))
    if passed < timedelta(hours=20):
        return gettext("{n} h ago").format(n=int(passed.total_seconds() // 3600))
    days = (now.date() - moment.date()).days
    if days < 2:
        return gettext("yesterday")
    if days < 15:
        return ngettext("{n} day ago", "{n} days ago", days).format(n=days)
    return short_day(moment, now)


def ahead(moment: datetime | date | None, now: datetime) -> str:
    """Return how long until: 'today', 'tomorrow', 'in 5 days'; past days as `day` does."""
    if moment is None:
        return UNKNOWN
    days = (_date(moment) - now.date()).days
    if days < 0 or days > 60:
        return day(moment)
    if days < 2:
        return gettext("tomorrow" if days else "today")
    return ngettext("in {n} day", "in {n} days", days).format(n=days)


def day(moment: datetime | date | None) -> str:
    """'12 Mar 2025'."""
    if moment is None:
        return UNKNOWN
    if reader_language() == ENGLISH:
        return f"{moment.day} {moment:%b %Y}"
    return str(format_date(_date(moment), "medium", locale=reader_locale()))


def short_day(moment: datetime | date | None, now: datetime) -> str:
    """'12 Mar', with the year if it is not the current one: '12 Mar 2025'; None → ''."""
    if moment is None:
        return ""
    if moment.year != now.year:
        return day(moment)
    if reader_language() == ENGLISH:
        return f"{moment.day} {moment:%b}"
    return str(format_skeleton("MMMd", _date(moment), locale=reader_locale()))


def month(moment: datetime | date, *, short: bool = False) -> str:
    """'March 2025', or 'Mar 2025' when short."""
    if reader_language() == ENGLISH:
        return f"{moment:%b %Y}" if short else f"{moment:%B %Y}"
    skeleton = "yMMM" if short else "yMMMM"
    return str(format_skeleton(skeleton, _date(moment), locale=reader_locale()))


def day_name(place: int) -> str:
    """The short name of a day of the week, Monday is 0: 'Mon'."""
    return str(get_day_names("abbreviated", "stand-alone", reader_locale())[place])


def weekday(moment: datetime | date) -> str:
    """'Wednesday, 12 March'."""
    if reader_language() == ENGLISH:
        return f"{moment:%A, %d %B}"
    return str(format_skeleton("MMMMEEEEd", _date(moment), locale=reader_locale()))


def clock_time(moment: datetime | None, zone: ZoneInfo | None = None) -> str:
    """'12 Mar 2025, 17:40' in the business's time zone."""
    if moment is None:
        return UNKNOWN
    local = moment.astimezone(zone or UTC)
    return f"{day(local)}, {local:%H:%M}"


def _date(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def initial(name: str) -> str:
    """Return the letter of an avatar: 'Maren Okafor' → 'M'; '·' without a name."""
    return next((letter.upper() for letter in name if letter.isalnum()), "·")


CODES = marked(
    (
        *("stuck", "busy", "exploring", "frustrated", "own words"),
        *("warm", "direct", "helpful", "curious"),
        *("English", "German", "Spanish", "French", "Portuguese", "Bengali", "Arabic"),
        *("active", "paused", "disabled"),
        *("order", "cancellation", "refund", "return", "visit", "login", "payment", "complaint"),
    )
)
"""Words that Pulse keeps as codes: states, styles of openers, languages, usual kinds of events."""


def label(word: str) -> str:
    """Return a code as text: 'own_words' → 'own words'."""
    return gettext(word.replace("_", " "))


SIGNAL_NAMES = marked(
    {
        "tenure": "Tenure",
        "engagement": "Engagement",
        "satisfaction": "Satisfaction",
        "loyalty": "Loyalty",
        "value": "Value",
    }
)


def signal_name(signal: str) -> str:
    """A signal as people read it: 'Engagement'; others ('other') by their own word."""
    return gettext(SIGNAL_NAMES.get(signal, signal.capitalize()))


def capitalized(words: str) -> str:
    """The text with a capital first letter; the others stay: German has capitals inside."""
    return words[:1].upper() + words[1:]


OUTCOMES = marked({"responded": "responded", "converted": "converted", "ignored": "no answer"})


def outcome_words(outcome: str) -> str:
    """What came of a card, in the middle of a sentence: 'no answer'."""
    return gettext(OUTCOMES.get(outcome, outcome))
