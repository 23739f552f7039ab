"""Find columns about personal characteristics by the words in their names.

A learned scorecard leaves them out unless an admin includes them with a reason. Names are matched
in English, German, French, Spanish, Portuguese and Italian.
"""

from collections.abc import Iterable

from pulse.tabular.header_names import words_of

SENSITIVE_WORDS: dict[str, frozenset[str]] = {
    "age": frozenset({"age", "ages", "birth", "birthday", "birthdate", "birthyear", "dob", "yob",
                      "born", "senior", "seniorcitizen", "elderly", "retired", "retiree", "alter",
                      "lebensalter", "edad", "anos", "idade", "eta", "naissance", "nacimiento",
                      "nascimento", "nascita", "cumpleanos", "aniversario", "rentner", "retraite",
                      "jubilado", "aposentado"}),
    "gender": frozenset({"gender", "sex", "male", "female", "geschlecht", "genero", "genre", "sexe",
                         "sexo", "sesso", "pronoun", "pronouns", "salutation", "anrede", "civilite",
                         "tratamiento", "tratamento", "maennlich", "mannlich", "weiblich"}),
    "marital status": frozenset({"marital", "married", "marriage", "spouse", "partner", "divorced",
                                 "widowed", "single", "civilstatus", "familienstand",
                                 "verheiratet", "ledig", "matrimonial", "casado", "casada",
                                 "conyuge", "conjoint", "marie", "cohabitation"}),
    "family": frozenset({"dependent", "dependents", "dependant", "dependants", "children", "child",
                         "kids", "kid", "pregnant", "pregnancy", "parent", "household", "kinder",
                         "haushalt", "enfants", "hijos", "filhos", "figli", "schwanger", "hogar"}),
    "origin": frozenset({"race", "ethnic", "ethnicity", "nationality", "citizenship", "birthplace",
                         "immigrant", "migration", "migrant", "caste", "tribe", "skin", "language",
                         "sprache", "muttersprache", "langue", "idioma", "lingua", "lengua",
                         "herkunft", "nationalitat", "nationalite", "nacionalidad",
                         "nacionalidade", "staatsangehorigkeit", "ethnie", "etnia", "raza"}),
    "place of living": frozenset({"zip", "zipcode", "postcode", "postal", "postalcode", "plz",
                                  "postleitzahl", "cep", "neighborhood", "neighbourhood"}),
    "name": frozenset({"firstname", "lastname", "surname", "forename", "fullname", "vorname",
                       "nachname", "prenom", "apellido", "apellidos", "sobrenome", "cognome"}),
    "belief": frozenset({"religion", "religious", "faith", "church", "political", "politics",
                         "party", "union", "konfession", "kirche", "partei", "gewerkschaft",
                         "croyance", "parti", "syndicat", "partido", "sindicato", "creencia"}),
    "health": frozenset({"health", "disability", "disabled", "illness", "disease", "medical",
                         "diagnosis", "diagnose", "diagnostic", "diagnostico", "patient", "smoker",
                         "bmi", "gesundheit", "behinderung", "krankheit", "sante", "handicap",
                         "maladie", "salud", "discapacidad", "enfermedad", "saude", "deficiencia",
                         "doenca", "medication"}),
    "orientation": frozenset({"sexuality", "lgbt", "lgbtq"}),
}  # fmt: skip

_BEGINNINGS = {"geburt": "age", "altersgruppe": "age", "altersklasse": "age"}
"""Prefixes of compound words."""
_PHRASES = {
    ("senior", "citizen"): "age", ("year", "birth"): "age", ("country", "birth"): "origin",
    ("country", "origin"): "origin", ("ethnic", "origin"): "origin",
    ("sexual", "orientation"): "orientation", ("first", "name"): "name", ("last", "name"): "name",
    ("given", "name"): "name", ("family", "name"): "name", ("middle", "name"): "name",
    ("full", "name"): "name", ("marital", "status"): "marital status",
    ("codigo", "postal"): "place of living", ("code", "postal"): "place of living",
}  # fmt: skip
_THINGS = frozenset({
    "account", "subscription", "device", "contract", "product", "vehicle", "car", "equipment",
    "card", "policy", "listing", "order", "cart", "page", "machine", "battery", "membership",
    "plan", "phone", "handset", "laptop", "asset", "invoice", "ticket", "domain", "site", "app",
    "loan", "relationship", "days", "months", "cookie", "session", "lead", "deal", "inventory",
})  # fmt: skip
"""Words beside which an age, a parent or a language belongs to a thing: `device_age`."""
_HARMLESS = {
    ("customer", "partner", "program"), ("partner", "code"), ("partner", "channel"),
    ("health", "score"), ("third", "party"), ("party", "size"), ("health", "check"),
    ("origin", "order"), ("credit", "union"), ("programming", "language"), ("single", "sign"),
    ("single", "order"), ("single", "item"), ("sim", "single"), ("single", "line"),
    ("music", "genre"), ("genre", "top"), ("diagnostic", "tool"), ("country", "origin", "order"),
    ("data", "migration"), ("first", "name", "domain"), ("genre", "film"), ("favorite", "genre"),
}  # fmt: skip
"""Names that contain such a word with another meaning."""
_OF_THINGS = frozenset(
    {"age", "ages", "alter", "parent", "born", "senior", "health", "edad", "eta"}
)


def sensitive_kind(name: str) -> str | None:
    """The sensitive characteristic that a column's name is about ("age", "gender", …), or None.

    Words are compared as a whole: "Customer_Age" and "SeniorCitizen" match; "usage", "package",
    "subscription_age" and "device_age" do not.
    """
    words = tuple(words_of(name))
    if _holds(words, _HARMLESS):
        return None
    for phrase, kind in _PHRASES.items():
        if set(phrase) <= set(words):
            return kind
    things = bool(_THINGS & set(words))
    for word in words:
        if things and word in _OF_THINGS:
            continue
        if kind_of_word := _kind(word):
            return kind_of_word
    return None


def _kind(word: str) -> str | None:
    for beginning, kind in _BEGINNINGS.items():
        if word.startswith(beginning):
            return kind
    return next((kind for kind, spoken in SENSITIVE_WORDS.items() if word in spoken), None)


def _holds(words: Iterable[str], phrases: Iterable[tuple[str, ...]]) -> bool:
    said = set(words)
    return any(set(phrase) <= said for phrase in phrases)
