"""Parse dates in words, one text at a time: `5. März 2024`, `Tue Mar 05 2024 10:00:00 GMT+0100`.

Only distinct texts that polars could not parse come here (see `dates`). Month names of about thirty
languages come from CLDR (babel).
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_month_names

Order = Literal["dmy", "mdy", "ymd"]

_LOCALES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "sk", "hu", "ro",
    "tr", "ru", "uk", "el", "hr", "sl", "bg", "et", "lv", "lt", "ca", "id", "he", "ar",
)  # fmt: skip
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "mez": 60, "cest": 120,
    "mesz": 120, "eet": 120, "sast": 120, "eest": 180, "msk": 180, "ist": 330, "sgt": 480,
    "hkt": 480, "awst": 480, "jst": 540, "kst": 540, "acst": 570, "aest": 600, "aedt": 660,
    "nzst": 720, "nzdt": 780, "ast": -240, "adt": -180, "est": -300, "edt": -240, "cst": -360,
    "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480,
    "hst": -600, "brt": -180,
}  # fmt: skip
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?\s*([ap])\.?\s?m\b\.?"
    r"|(?<!\d)(\d{1,2})[:h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?(?:\s*uhr)?"
    r"|(?<!\d)(\d{1,2})\s*uhr"
)
_OFFSET = re.compile(r"(?:gmt|utc)?\s*([+-])(\d{1,2}):?(\d{2})?$")
_ZONE_NAME = re.compile(r"\[?([a-z]+(?:_[a-z]+)*/[a-z_]+(?:/[a-z_]+)?)\]?$")
_ABBREVIATION = re.compile(r"(?<=[\d\s.ap]m|.[\d\s])([a-z]{1,5})$")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_QUARTER = re.compile(r"q([1-4])[\s/-]*(\d{4})|(\d{4})[\s/-]*q([1-4])")
_SMALL_WORDS = frozenset(
    ("de", "del", "d", "of", "the", "le", "la", "den", "der", "el", "am", "um", "at", "à", "las",
     "do", "dia", "kl", "uur", "o", "a", "t", "st", "nd", "rd", "th", "er", "te", "on", "il", "г",
     "года", "год", "році", "р", "року", "рік", "м", "m", "gada", "gads", "rok", "roku", "roka",
     "év", "i")
)  # fmt: skip
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925, "大正": 1911,
         "t": 1911, "明治": 1867, "m": 1867, "民國": 1911, "民国": 1911}  # fmt: skip
_ERA = re.compile(
    r"^(令和|平成|昭和|大正|明治|民國|民国|[rhstm](?=[\d元]))\s*(\d{1,3}|元)\s*[年./-]\s*(\d{1,2})\s*[月./-]"
    r"\s*(\d{1,2})\s*日?"
)
"""A year of a Japanese emperor (or of Taiwan's republic), in full or as one letter: `R6.5.1`."""


class Unread(ValueError):
    """Raised when the text is no date."""


def read_date(text: str, order: Order) -> tuple[datetime, bool]:
    """The date and time, and whether its zone is known; without a zone it is local time.

    Raises Unread.
    """
    said = unicodedata.normalize("NFKC", text).casefold().strip().replace("\u200e", "")
    said = re.sub(r"\s*\([^)]*\)\s*$|(?<=\d)\[[a-z_/]+\]$", "", said)
    said = _ERA.sub(_in_common_years, said)
    said = re.sub(r"[年月년월]|\bde\b", " ", said).replace("日", " ").replace("일", " ")
    rest, clock = _without_time(said)
    zone: tzinfo | None = None
    if clock:
        zone, rest = _zone(rest)
    day = _day(rest, order)
    moment = day + (clock or timedelta())
    return (moment.replace(tzinfo=zone or UTC).astimezone(UTC), zone is not None)


def _in_common_years(found: re.Match[str]) -> str:
    year = 1 if found[2] == "元" else int(found[2])
    return f"{_ERAS[found[1]] + year}-{int(found[3]):02}-{int(found[4]):02} "


def _without_time(said: str) -> tuple[str, timedelta | None]:
    """The text without its time of day, and the time; what follows the time is moved to the end."""
    found = _TIME.search(said)
    if not found:
        return said, None
    hour = int(found[1] or found[5] or found[8])
    minute, second = int(found[2] or found[6] or 0), int(found[3] or found[7] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            raise Unread
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    if hour > 24 or minute > 59 or second > 60:
        raise Unread
    clock = timedelta(hours=hour, minutes=minute, seconds=second)
    return f"{said[: found.start()]} {said[found.end() :]}".strip(), clock


def _zone(rest: str) -> tuple[tzinfo | None, str]:
    """The zone at the end, and the text without it; a year may follow (`Tue Mar 5 … EST 2024`)."""
    tail = re.search(r"\s(\d{4})$", rest)
    year, body = (tail[0], rest[: tail.start()]) if tail and tail.start() else ("", rest)
    for end, before in ((body, year), (rest, "")):
        if named := _ZONE_NAME.search(end):
            return _named_zone(named[1]), end[: named.start()] + before
        if offset := _OFFSET.search(end):
            if offset.start() == 0 or not end[: offset.start()].strip():
                continue
            minutes = int(offset[2]) * 60 + int(offset[3] or 0)
            if minutes <= 14 * 60:
                sign = 1 if offset[1] == "+" else -1
                zone = timezone(timedelta(minutes=sign * minutes))
                return zone, end[: offset.start()] + before
        last = end.rstrip(".").split(" ")[-1]
        if last in _ZONES:
            return timezone(timedelta(minutes=_ZONES[last])), end[: -len(last)] + before
    return None, rest


def _named_zone(name: str) -> tzinfo:
    area = "/".join("_".join(word.capitalize() for word in p.split("_")) for p in name.split("/"))
    try:
        return ZoneInfo(area)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise Unread from unknown


def _day(rest: str, order: Order) -> datetime:
    if quarter := _QUARTER.fullmatch(rest.strip()):
        year, number = int(quarter[2] or quarter[3]), int(quarter[1] or quarter[4])
        return _build_date(year, number * 3 - 2, 1)
    months = [month for word in _WORD.findall(rest) if (month := _month(word))]
    unknown = [w for w in _WORD.findall(rest) if not _month(w) and not _is_small(w)]
    numbers = _NUMBER.findall(rest)
    if len(months) > 1 or len(numbers) > 3 or unknown:
        raise Unread
    if months:
        return _with_month(numbers, months[0])
    return _date_of_numbers(numbers, order, rest)


def _with_month(numbers: list[str], month: int) -> datetime:
    """Day and year in either order; a year alone gives the first of the month."""
    if len(numbers) == 1 and (len(numbers[0]) == 4 or int(numbers[0]) > 31):
        return _build_date(_year(numbers[0]), month, 1)
    if len(numbers) == 1 and len(numbers[0]) == 2:
        return _build_date(_year(numbers[0]), month, 1)  # Mar-24
    if len(numbers) != 2:
        raise Unread
    first, second = numbers
    year, day = (first, second) if len(first) == 4 or int(first) > 31 else (second, first)
    return _build_date(_year(year), month, int(day))


def _date_of_numbers(numbers: list[str], order: Order, rest: str) -> datetime:
    if not re.fullmatch(r"[\d\s./\-]+", rest):
        raise Unread
    if len(numbers) == 2 and {len(numbers[0]), len(numbers[1])} <= {1, 2, 4}:
        year, month = numbers if len(numbers[0]) == 4 else numbers[::-1]
        if len(year) == 4 and len(month) < 3:
            return _build_date(int(year), int(month), 1)
    if len(numbers) != 3:
        raise Unread
    first, second, third = numbers
    if len(first) == 4 or order == "ymd":
        return _build_date(_year(first), int(second), int(third))
    day, month = (second, first) if order == "mdy" else (first, second)
    return _build_date(_year(third), int(month), int(day))


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise Unread
    return int(digits) + (2000 if int(digits) < 70 else 1900)


def _build_date(year: int, month: int, day: int) -> datetime:
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - the zone is put on by the caller
    except ValueError as impossible:
        raise Unread from impossible


def _month(word: str) -> int | None:
    return _month_names().get(word)


def _is_small(word: str) -> bool:
    return word in _SMALL_WORDS or word in _weekday_names()


@cache
def _month_names() -> dict[str, int]:
    """Month names in lower case without points; earlier languages take precedence."""
    names: dict[str, int] = {"sept": 9, "mrz": 3, "jän": 1, "jänner": 1, "ene": 1}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    plain = name.casefold().strip(". ")
                    if _WORD.fullmatch(plain) and len(plain) > 2:
                        names.setdefault(plain, number)
    return names


@cache
def _weekday_names() -> frozenset[str]:
    from babel.dates import get_day_names

    return frozenset(
        name.casefold().strip(". ")
        for locale in _LOCALES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for name in get_day_names(width, context, locale).values()
    )
