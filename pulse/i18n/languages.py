"""The seven languages of the openers: a customer's language, and the language of a text."""

import re

from pulse.i18n.identity_phrases import LANGUAGES, language_of

__all__ = ["LANGUAGES", "language_of", "reads_as"]

_SCRIPTS = {
    "bn": re.compile(r"[\u0980-\u09ff]"),
    "ar": re.compile(r"[\u0600-\u06ff\u0750-\u077f]"),
}
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")

# Frequent words of each Latin-script language. Words of two languages (que, como) count for both,
# so that neighbours such as Spanish and Portuguese are told apart by words that only one has.
_EVERYDAY = {
    "en": """
        the you your yours and with for are is it that this have has had what how would
        like we us our i me my to of in on from be been not if when there while since
        heard hello hi thank thanks know about just any something anything glad want
        wanted see could here
    """,
    "de": """
        sie ihnen ihr ihre ihren und mit ich wir uns was wie wo möchte nicht der die das
        den dem ist es zu bei für von auf wenn gern gerne guten tag hallo danke haben hat
        habe sind eine einen mir mich etwas noch auch dass weile im zum zur gibt kann
        können würde gerade
    """,
    "es": """
        usted y con qué que cómo como nos le su sus ha he el la los las lo por para en de
        del un una me mi si no gracias hola está quiere saber más muy algo gustaría quería
        hace ahora dígame nosotros puede cuando pregunta responda respuesta ¿qué
    """,
    "fr": """
        vous votre vos et avec que qui nous je j le la les des du de un une est ce cela
        pour sur en au aux bonjour merci avez êtes moi mon si ne pas plus quelque chose
        comment quand chez voulais souhaitez aimerais dites besoin ici
    """,
    "pt": """
        você vocês e com o a os as seu sua suas não nós nos uma um olá obrigado obrigada
        está mais em no na isso foi do da dos das por para de que como se eu me meu algo
        quando gostaria queria pode saber muito faz tempo ao à até
    """,
}
_WORDS = {language: frozenset(words.split()) for language, words in _EVERYDAY.items()}


def reads_as(text: str, language: str) -> bool:
    """Whether a text is plausibly in `language`: by its script, then by its short words."""
    letters = sum(character.isalpha() for character in text) or 1
    if language in _SCRIPTS:
        return len(_SCRIPTS[language].findall(text)) >= 0.5 * letters
    if len(_LATIN.findall(text)) < 0.5 * letters:
        return False
    words = re.findall(r"[^\W\d_]+", text.lower())
    found = {each: sum(word in known for word in words) for each, known in _WORDS.items()}
    return found[language] > 0 and found[language] == max(found.values())
