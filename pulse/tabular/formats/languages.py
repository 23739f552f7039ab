"""Which language a text is in, as evidence for its encoding: from its letters and common words.

`Dvoøák` and `Jiøí` mix letters that no language uses together, so the text is in another encoding.
Header words, town names and domain endings tell languages with the same letters apart.
"""

from functools import cache

from pulse.tabular.header_names import words_of
from pulse.tabular.vocabulary import Words, plain_table, says, table, tables

_WORD_WORTH = 0.06
_MOST_WORDS = 3
_LETTERS_WORTH = 0.25


def evidence(unusual: str, beginning: str, encoding: str) -> float:
    """How much the decoded texts support this encoding, from -0.25 to about 0.2.

    unusual: lines with letters other than a to z; beginning: the start of the file, with its
    header.
    """
    if encoding not in plain_table("alphabets", "encoding"):
        return 0.0
    return _word_score(beginning, encoding) - _LETTERS_WORTH * (1.0 - _letter_score(unusual))


def _letter_score(text: str) -> float:
    """The share of the non-ASCII letters used by the language that uses most of them."""
    letters = [letter for letter in text.lower() if ord(letter) > 127 and letter.isalpha()]
    if not letters:
        return 1.0
    known = _alphabets().values()
    return max(sum(letter in alphabet for letter in letters) for alphabet in known) / len(letters)


def _word_score(text: str, encoding: str) -> float:
    words = words_of(text[:4000])
    found = max(_count(words, language) for language in _languages(encoding))
    return _WORD_WORTH * min(found, _MOST_WORDS)


def _count(words: list[str], language: str) -> int:
    hints = tables("alphabets", "cues").get(language, ())
    return sum(says(words, (hint,)) for hint in hints)


def _languages(encoding: str) -> Words:
    return table("alphabets", "encoding", encoding)


@cache
def _alphabets() -> dict[str, frozenset[str]]:
    letters = plain_table("alphabets", "letters")
    return {language: frozenset(said) for language, said in letters.items()}
