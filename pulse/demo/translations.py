"""lantern's texts in other languages: the labels and advice of catalogue.py.

Labels precede the value: "Sie haben schon viel bestellt: 12 Bestellungen".
"""

from pulse.i18n.identity_phrases import LANGUAGES
from pulse.i18n.sources import texts
from pulse.scoring.metrics.catalogue import CustomerWords


def in_languages(key: str) -> dict[str, CustomerWords]:
    """The metric's label and advice by language; empty for one that is hidden from customers."""
    if key not in texts("demo", "en")["labels"]:
        return {}
    said = {language: texts("demo", language) for language in LANGUAGES if language != "en"}
    return {
        language: CustomerWords(tree["labels"][key], tree["advice"].get(key, ""))
        for language, tree in said.items()
    }
