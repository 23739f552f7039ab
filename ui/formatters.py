"""How numbers, money and moments are written on screens: one way each, the same everywhere."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUS = "\u2212"
UNKNOWN = "–"
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "CHF": "CHF ", "INR": "₹"}


def number(value: float | None, decimals: int = 0) -> str:
    """1234.5 → '1,235' (or '1,234.5' with decimals=1); None → '–'."""
    if value is None:
        return UNKNOWN
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def signed(value: float | None, decimals: int = 0) -> str:
    """A change: '+3', '−12', '0' (never '+0'); None → ''."""
    if value is None:
        return ""
    rounded = round(value, decimals)
    if rounded == 0:
        return f"{0:.{decimals}f}" if decimals else "0"
    return ("+" if rounded > 0 else MINUS) + f"{abs(rounded):,.{decimals}f}"


def arrow(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """A change with its direction: '▲ 0.8', '▼ 3', '± 0'; None → ''."""
    if value is None:
        return ""
    rounded = round(value, decimals)
    mark = "▲" if rounded > 0 else "▼" if rounded < 0 else "±"
    return f"{mark} {abs(rounded):,.{decimals}f}{unit}"


def percent(share: float | None, decimals: int = 0) -> str:
    """0.384 → '38 %'; None → '–'."""
    return UNKNOWN if share is None else f"{share * 100:.{decimals}f} %"


def coverage_words(share: float | None) -> str:
    """How much of what the score asks for is known, where something is missing; else nothing."""
    return "" if share is None or share >= 0.995 else f"{percent(share)} data coverage"


def money(amount: float | None, currency: str = "GBP", *, short: bool = True) -> str:
    """41230 → '£41.2k', or '£41,230' when not short; None → '–'."""
    if amount is None:
        return UNKNOWN
    symbol = SYMBOLS.get(currency, f"{currency} ")
    sign, size = (MINUS if amount < 0 else ""), abs(amount)
    return f"{sign}{symbol}{_short(size) if short else f'{size:,.0f}'}"


def _short(size: float) -> str:
    for limit, divisor, suffix in (
        (999_950_000, 1e9, "bn"),
        (999_950, 1e6, "m"),
        (10_000, 1e3, "k"),
    ):
        if size >= limit:
            return f"{size / divisor:.1f}".removesuffix(".0") + suffix
    return f"{size:,.0f}"


def plural(count: int, one: str, many: str = "") -> str:
    """'1 customer', '4,372 customers'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name, UTC for one this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago: 'now', '4 min ago', '3 h ago', 'yesterday', '5 days ago', '12 Mar'."""
    if moment is None:
        return UNKNOWN
    passed = now - moment
    if passed < timedelta(minutes=1):
        return "now"
    if passed < timedelta(hours=1):
        return f"{int(passed.total_seconds() // 60)} min ago"
    if passed < timedelta(hours=20):
        return f"{int(passed.total_seconds() // 3600)} h ago"
    days = (now.date() - moment.date()).days
    if days < 2:
        return "yesterday"
    return f"{days} days ago" if days < 15 else short_day(moment, now)


def ahead(moment: datetime | date | None, now: datetime) -> str:
    """How long until: 'today', 'tomorrow', 'in 5 days', 'on 12 Mar 2025'; past days as `day`."""
    if moment is None:
        return UNKNOWN
    days = (_date(moment) - now.date()).days
    if days < 0 or days > 60:
        return day(moment)
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def day(moment: datetime | date | None) -> str:
    """'12 Mar 2025'."""
    return UNKNOWN if moment is None else f"{moment.day} {moment:%b %Y}"


def short_day(moment: datetime | date | None, now: datetime) -> str:
    """'12 Mar', with the year only when it is another: '12 Mar 2025'; None → ''."""
    if moment is None:
        return ""
    return f"{moment.day} {moment:%b}" if moment.year == now.year else day(moment)


def clock_time(moment: datetime | None, zone: ZoneInfo | None = None) -> str:
    """'12 Mar 2025, 17:40' in the business's time zone."""
    if moment is None:
        return UNKNOWN
    local = moment.astimezone(zone or UTC)
    return f"{day(local)}, {local:%H:%M}"


def _date(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def initial(name: str) -> str:
    """The letter in an avatar: 'Maren Okafor' → 'M'; nothing to go by → '·'."""
    return next((letter.upper() for letter in name if letter.isalnum()), "·")


def label(word: str) -> str:
    """A code as people read it: 'own_words' → 'own words'."""
    return word.replace("_", " ")
