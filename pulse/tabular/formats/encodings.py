"""Detect the encoding of a text file that is not valid UTF-8, from its non-ASCII bytes.

charset-normalizer proposes candidates. Where a short file leaves several, the one is chosen whose
letters fit together: one script a word, capitals at its beginning, common letters of a language.
"""

import codecs
import unicodedata
from pathlib import Path

from charset_normalizer import from_bytes

from pulse.errors import Invalid
from pulse.tabular.formats import languages

CHOICES = {
    "utf-8": "UTF-8",
    "cp1252": "Western European (Windows 1252)",
    "cp1250": "Central European (Windows 1250)",
    "cp1251": "Cyrillic (Windows 1251)",
    "cp1253": "Greek (Windows 1253)",
    "cp1254": "Turkish (Windows 1254)",
    "cp1257": "Baltic (Windows 1257)",
    "cp932": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "gb18030": "Chinese, simplified (GBK)",
    "big5": "Chinese, traditional (Big5)",
    "cp949": "Korean (EUC-KR)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "mac_roman": "Western European (old Mac)",
    "cp850": "Western European (DOS)",
    "utf-16": "UTF-16",
}
FALLBACK = "cp1252"  # what Excel writes in western Europe; decodes any bytes
_SAMPLE_BYTES = 20_000
_BLOCK = 4 << 20
_WESTERN = frozenset("äöüßéèêëàâáãåæçñíìîïóòôõøúùûýÄÖÜÉÈÀÁÂÅÆÇÑÓÔÕØÚ")
_CENTRAL = frozenset("ąćęłńśźżčďěňřšťůžőűășțşţđľĺŕôĄĆĘŁŃŚŹŻČĎĚŇŘŠŤŮŽŐŰĂȘȚŞŢĐĽ")
_TURKISH = frozenset("ğışİŞĞ")
_BALTIC = frozenset("āēīūģķļņėįųĀĒĪŪĢĶĻŅĖĮŲ")
_MARKS = frozenset("“”„‘’‚–—…€£§°™®«»©•\u00a0·¿¡´")
_COMMON_LETTERS = {
    "CYRILLIC": frozenset("оеаинтсрвлкмдпуяыьгі"),
    "GREEK": frozenset("αοιετσνηυρπκμλςωάέίόύήώ"),
}
_PRIORS = {"cp1252": 0.05, "mac_roman": -0.15, "cp850": -0.15, "koi8_r": -0.02, "cp1257": -0.02}
"""Prior probability of each encoding; old Mac and DOS encodings are rare."""
_COMMON_LEADS = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5": ("big5", 0xA4, 0xC6),
    "cp932": ("cp932", 0x81, 0x97),
    "euc_jp": ("euc_jp", 0xA1, 0xCF),
}


def checked(name: str) -> str:
    """Python's name of an encoding; empty for an empty name.

    Raises Invalid for an unknown encoding.
    """
    if not name:
        return ""
    try:
        found = codecs.lookup(name.strip()).name
    except LookupError as unknown:
        raise Invalid(
            f"There is no encoding “{name}”. Try one of: {', '.join(CHOICES)}.",
            code="ENCODING_UNKNOWN",
        ) from unknown
    return "utf-8" if found in ("utf-8", "ascii") else found


def guess(path: Path) -> str:
    """The encoding of a file that is not valid UTF-8.

    `utf-8` when most of its non-ASCII characters are valid: then only a few bytes are damaged.
    """
    unusual = _unusual_lines(path)
    if _is_damaged_utf8(unusual):
        return "utf-8"
    matches = from_bytes(unusual, cp_isolation=list(CHOICES)[1:-1], threshold=1.0)
    chaos = {name: match.chaos for match in matches for name in match.could_be_from_charset}
    beginning = _beginning(path)
    rated = {
        name: _plausibility(text, name) - 0.3 * chaos.get(name, 0.3) + _PRIORS.get(name, 0.0)
        + languages.evidence(text, _decoded(beginning, name) or "", name)
        for name in list(CHOICES)[1:-1]
        if (text := _decoded(unusual, name)) is not None
    }  # fmt: skip
    return max(rated, key=lambda name: rated[name]) if rated else FALLBACK


def _beginning(path: Path) -> bytes:
    """The first complete lines of the file."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    return head[: head.rfind(b"\n") + 1] or head


def _unusual_lines(path: Path) -> bytes:
    """Lines with non-ASCII bytes, up to the length of a sample."""
    kept: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while size < _SAMPLE_BYTES and (block := file.read(_BLOCK)):
            for line in block.replace(b"\r", b"\n").split(b"\n"):
                if not line.isascii():
                    kept.append(line)
                    size += len(line)
                    if size >= _SAMPLE_BYTES:
                        break
    return b"\n".join(kept)


def _is_damaged_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    whole = sum(1 for letter in text if ord(letter) > 127 and letter != "\ufffd")
    return whole >= bad


def _decoded(sample: bytes, name: str) -> str | None:
    try:
        return sample.decode(name)
    except UnicodeDecodeError:
        return sample.decode(name, errors="ignore") if name == FALLBACK else None


def _plausibility(text: str, encoding: str) -> float:
    """How much the non-ASCII characters look like text of one language, 0 to 1."""
    rated = [
        _rate(letter, text[at - 1] if at else " ", text[at + 1] if at + 1 < len(text) else " ",
              encoding)
        for at, letter in enumerate(text)
        if ord(letter) > 127
    ]  # fmt: skip
    return sum(rated) / len(rated) if rated else 0.0


def _rate(letter: str, before: str, after: str, encoding: str) -> float:
    if letter in _MARKS:
        inside = before.isalpha() and after.isalpha() and letter not in "’–"
        return 0.3 if inside or (letter in "£€¡" and after.islower()) else 0.96
    if not letter.isalpha():
        return 0.9 if letter in "、。「」・（）〒" else 0.0
    if _is_wide(letter):
        return _rate_wide(letter, encoding)
    worth = _rate_letter(letter)
    for other in (before, after):
        if other.isalpha() and _script(other) != _script(letter):
            worth = min(worth, 0.2)
    alone = letter.isupper() and not before.isalpha() and not after.isalpha()
    if alone or (letter.isupper() and before.islower()):
        worth = min(worth, 0.2)
    return worth


def _rate_letter(letter: str) -> float:
    if letter in _WESTERN:
        return 1.0
    if letter in _CENTRAL or letter in _TURKISH:
        return 0.97
    if letter in _BALTIC:
        return 0.93
    common = _COMMON_LETTERS.get(_script(letter))
    if common is None:
        return 0.5
    return 1.0 if letter.lower() in common else 0.8


def _is_wide(letter: str) -> bool:
    return _script(letter) in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "HALFWIDTH", "FULLWIDTH",
                               "KATAKANA-HIRAGANA")  # fmt: skip


def _rate_wide(letter: str, encoding: str) -> float:
    script = _script(letter)
    if script == "HALFWIDTH":
        return 0.2
    if script == "HANGUL":
        return 0.97 if _has(letter, "euc_kr") else 0.2
    if script != "CJK":
        return 0.97
    if encoding == "cp949":
        return 0.3  # Korean lists hold few Chinese characters
    codec, low, high = _COMMON_LEADS.get(encoding, ("gb2312", 0xB0, 0xD7))
    try:
        lead = letter.encode(codec)[0]
    except UnicodeEncodeError:
        return 0.2
    return 0.92 if low <= lead <= high else 0.3


def _has(letter: str, encoding: str) -> bool:
    try:
        return len(letter.encode(encoding)) == 2  # Python writes rare syllables in eight bytes
    except UnicodeEncodeError:
        return False


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split(" ")[0]
