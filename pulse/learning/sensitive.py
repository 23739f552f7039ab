"""Columns about what a person is rather than what they do, found by the words in their names.

A learned scorecard leaves them out unless an admin includes them and says why.
"""

from pulse.tabular.header_names import words_of

SENSITIVE_WORDS: dict[str, frozenset[str]] = {
    "age": frozenset({"age", "ages", "birth", "birthday", "birthdate", "birthyear", "dob", "senior",
                      "seniorcitizen", "elderly", "retired", "alter", "geburtsdatum", "edad"}),
    "gender": frozenset({"gender", "sex", "male", "female", "geschlecht", "genero", "pronoun"}),
    "marital status": frozenset({"marital", "married", "marriage", "spouse", "partner", "divorced",
                                 "widowed", "civilstatus", "familienstand"}),
    "family": frozenset({"dependent", "dependents", "dependant", "dependants", "children", "child",
                         "kids", "pregnant", "pregnancy", "parent", "household"}),
    "origin": frozenset({"origin", "race", "ethnic", "ethnicity", "nationality", "citizenship",
                         "birthplace", "immigrant", "migration", "caste", "tribe", "skin"}),
    "belief": frozenset({"religion", "religious", "faith", "political", "party", "union"}),
    "health": frozenset({"health", "disability", "disabled", "illness", "disease", "medical"}),
    "orientation": frozenset({"orientation", "sexuality"}),
}  # fmt: skip

_PHRASES = {("senior", "citizen"): "age", ("country", "birth"): "origin"}
_HARMLESS = {
    ("age", "account"), ("account", "age"), ("age", "days"), ("customer", "partner", "program"),
    ("partner", "code"), ("parent", "account"), ("health", "score"), ("third", "party"),
    ("party", "size"), ("country", "origin", "order"), ("health", "check"),
}  # fmt: skip
"""Names that hold such a word and mean something else."""


def sensitive_kind(name: str) -> str | None:
    """What sensitive thing a column's name speaks of ("age", "gender", …), or None.

    Words are compared whole: "Customer_Age" and "SeniorCitizen" are found, "usage", "average" and
    "package" are not.
    """
    words = tuple(words_of(name))
    if any(set(phrase) <= set(words) for phrase in _HARMLESS):
        return None
    for phrase, kind in _PHRASES.items():
        if set(phrase) <= set(words):
            return kind
    for word in words:
        for kind, spoken in SENSITIVE_WORDS.items():
            if word in spoken:
                return kind
    return None
