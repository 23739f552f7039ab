"""Words that headers are made of, and what they hint at. Hints only: people confirm the mapping.

In English, German, French, Spanish, Italian, Portuguese, Dutch and Japanese, without accents, as
`wording.words_of` gives them.
"""

from pulse.tabular.mapping import Direction, Signal

Words = tuple[str, ...]

RENEWAL = ("renewal", "renews", "renew", "expiry", "expires", "expiration", "contract end",
           "contract ends", "end of contract", "contract end date", "subscription end",
           "subscription ends", "term end", "vertragsende", "laufzeitende", "ablaufdatum",
           "verlangerung", "renouvellement", "fin de contrat", "echeance", "renovacion",
           "vencimiento", "fin de contrato", "rinnovo", "scadenza", "renovacao", "vencimento",
           "einddatum", "契約終了日", "更新日")  # fmt: skip
NOT_RENEWAL = ("card", "token", "trial", "password", "certificate")
FIRST_SEEN = ("signup", "sign up", "signed up", "signed", "joined", "join", "joining", "registered",
              "registration", "since", "created", "create", "onboarded", "enrollment", "first seen",
              "first order", "first purchase", "optin time", "confirm time", "date added",
              "start date", "contract start", "kunde seit", "seit", "vertragsbeginn",
              "eintrittsdatum", "eintritt", "registriert", "registrierung", "angelegt",
              "erstellt", "anmeldedatum", "inscription", "client depuis", "depuis", "cree le",
              "date de creation", "date creation", "alta", "registro", "cliente desde", "desde",
              "creado", "iscrizione", "cadastro", "aangemaakt", "登録日", "first", "sign",
              "subscribed", "start", "started at")  # fmt: skip
NOT_FIRST_SEEN = (
    "trial",
    "period",
    "current",
    "last",
    "name",
    "order",
    "email",
    "sent",
    "unsubscribed",
    "birth",
)
MONTHLY = ("mrr", "monthly", "month", "monatlich", "mensuel", "mensual")
YEARLY_VALUE = ("arr", "acv", "mrr", "yearly spend", "yearly revenue", "annual spend", "revenue",
                "annual value", "annual revenue", "yearly value", "monthly revenue",
                "contract value", "jahresumsatz", "jahreswert", "vertragswert", "chiffre affaires",
                "chiffre d affaires", "ca annuel", "ingresos anuales", "valor anual",
                "facturacion anual")  # fmt: skip

LEAVING_NAMES = ("churn", "churned", "exited", "attrition", "attrited", "left", "cancelled",
                 "canceled", "lost", "departed", "has left", "is lost", "churn label",
                 "customer lost", "gekundigt", "kundigung", "abgewandert", "resilie",
                 "baja", "cancelado", "disdetta", "opgezegd", "odesel", "退会", "解約", "流失",
                 "iptal")  # fmt: skip
NOT_LEAVING = ("left handed", "left over", "left hand", "deal", "deals", "email", "emails", "mail",
               "newsletter", "marketing", "sms", "order", "orders", "ticket", "tickets", "case",
               "cases", "conversation", "days left", "months left", "time left", "seats left",
               "balance left", "trial", "reason", "lost deals", "closed won", "opportunity",
               "issue", "issues", "meeting", "booking", "password", "item", "call", "calls",
               "date", "at", "on", "count", "number", "score", "risk", "probability")  # fmt: skip
LEAVING_WORDS = ("churn", "attrit", "exit", "left", "leave", "cancel", "lost", "closed",
                 "inactive", "gone", "yes", "true", "terminat", "gekundigt", "ja", "resili",
                 "former", "ehemalig", "expired", "cancelado", "iptal", "zrusen", "opgezegd",
                 "退会", "解約", "流失")  # fmt: skip
STAYING_WORDS = ("existing", "stay", "active", "retain", "no", "false", "current", "not", "loyal",
                 "aktiv", "nein")  # fmt: skip

LOCALE = ("locale", "language", "lang", "sprache", "langue", "idioma", "lingua", "taal")
TAGS = ("tag", "tags", "label", "labels", "schlagworte", "etiquetas", "etiquettes")
SEGMENT = ("segment", "customer segment", "segmento", "kundensegment", "tier segment")
OWNER = ("owner", "csm", "customer success manager", "account owner", "contact owner", "assignee",
         "account manager", "company owner", "success manager", "owner email", "csm email",
         "relationship manager", "betreuer", "kundenbetreuer", "responsable", "propietario",
         "gestor", "account executive", "person owner", "organization owner",
         "担当者", "owner name", "assigned to", "csm name", "csm owner")  # fmt: skip

ABOUT_THE_PERSON = ("gender", "sex", "age", "country", "state", "city", "zip", "postal", "postcode",
                    "latitude", "longitude", "lat", "long", "area", "phone", "marital", "married",
                    "education", "dependent", "dependents", "partner", "senior", "geography",
                    "region", "salary", "income", "birthday", "dob", "address", "ethnicity",
                    "occupation", "profession", "surname", "household", "population", "race",
                    "children", "family", "county", "street", "under", "birth", "geburtstag",
                    "geburtsdatum", "ort", "stadt", "land", "strasse", "plz", "ville", "pays",
                    "ciudad", "pais", "employees", "mitarbeiter", "industry", "timezone",
                    "time zone", "currency", "wahrung", "exp month", "exp year", "last4",
                    "gmtoff", "dstoff", "euid", "leid")  # fmt: skip

# In order: the first signal with a hint in the header wins.
SIGNAL_HINTS: tuple[tuple[Signal, Words], ...] = (
    ("satisfaction", ("satisfaction", "nps", "csat", "rating", "review", "feedback", "complain",
                      "complaint", "complaints", "ticket", "tickets", "support", "escalation",
                      "escalations", "refund", "refunds", "refunded", "return", "returns", "delay",
                      "bug", "bugs", "outage", "service calls", "survey", "happiness",
                      "score", "health", "dispute", "disputes", "zufriedenheit", "beschwerden",
                      "bewertung", "supportanfragen", "reklamationen", "retouren", "reclamations",
                      "quejas", "incidencias", "soporte")),
    ("tenure", ("tenure", "months on book", "years with", "months as", "account length",
                "account age", "customer age", "relationship length", "months with",
                "days as", "membership length", "vintage", "vertragsdauer", "anciennete",
                "antiguedad")),
    ("loyalty", ("contract", "loyalty", "referral", "referrals", "member", "membership",
                 "subscription", "renewal", "renewals", "autopay", "payment method",
                 "payment delay", "late payment", "late payments", "coupon", "coupons", "points",
                 "cancellation", "cancellations", "credit card", "card", "offer", "plan",
                 "overdue", "delinquent", "commitment", "vertrag", "treuepunkte", "empfehlungen",
                 "fidelite", "fidelidad")),
    ("value", ("charge", "charges", "amount", "amt", "spend", "spending", "spent", "revenue",
               "balance", "limit", "price", "fee", "fees", "value", "arpu", "clv", "cltv",
               "ltv", "arr", "mrr", "cashback", "paid", "bal", "cost", "worth", "wallet",
               "utilization", "deals", "umsatz", "betrag", "gesamtumsatz", "montant", "importe",
               "ingresos",
               "valor", "fatturato", "faturamento", "omzet", "売上", "average order")),
    ("engagement", ("login", "logins", "session", "sessions", "visit", "visits", "usage", "use",
                    "used", "minutes", "mins", "order", "orders", "purchase", "purchases",
                    "transaction", "transactions", "trans", "ct", "frequency", "active",
                    "activity", "recency", "last", "open", "opens", "click", "clicks", "hour",
                    "hours", "device", "devices", "products", "calls", "call", "data", "download",
                    "streaming", "backup", "security", "protection", "service", "services", "app",
                    "messages", "vmail", "international", "features", "seats", "newsletter",
                    "pageviews", "page views", "payment count", "bestellungen", "anmeldungen",
                    "letzte", "letzter", "letztes", "nutzung", "commandes", "connexions",
                    "pedidos", "compras", "visitas", "sesiones", "ultimo", "ultima", "derniere",
                    "dernier", "注文数")),
)  # fmt: skip

WEAKER_WHEN_HIGHER = ("complain", "complaint", "complaints", "ticket", "tickets", "support calls",
                      "service calls", "customer service", "since last", "days since", "recency",
                      "inactive", "late", "overdue", "delinquent", "delinquency", "cancellation",
                      "cancellations", "cancelled", "refund", "refunds", "refunded", "return",
                      "returns", "escalation", "escalations", "outage", "bug", "bugs", "errors",
                      "delay", "dispute", "disputes", "failed", "unsubscribed", "distance",
                      "day since", "months inactive", "contacts count", "support tickets",
                      "beschwerden", "reklamationen", "retouren", "tage seit", "supportanfragen",
                      "reclamations", "quejas", "incidencias", "open balance", "outstanding",
                      "amount due", "balance due", "debt", "arrears")  # fmt: skip
COUNTED = ("count", "counts", "number of", "no of", "num", "total", "tickets", "orders", "logins",
           "sessions", "visits", "calls", "purchases", "clicks", "opens", "seats", "anzahl",
           "bestellungen", "nombre de", "numero de", "pedidos", "times", "complaints", "refunds",
           "returns", "referrals", "pageviews", "messages", "emails sent", "points",
           "bugs", "escalations", "deals", "dependents", "children", "commandes")  # fmt: skip


def signal_of(words: list[str]) -> Signal | None:
    """The signal a header hints at."""
    for signal, hints in SIGNAL_HINTS:
        if says(words, hints) and not (says(words, ("credit score", "lead score"))):
            return signal
    return "value" if says(words, ("total",)) else None


def direction_of(words: list[str]) -> Direction:
    """Which way is stronger, from the header alone."""
    return "lower" if says(words, WEAKER_WHEN_HIGHER) else "higher"


def says(words: list[str], hints: Words) -> bool:
    """Whether one of the hints (a word, or some words in a row) stands in the header."""
    text = f" {' '.join(words)} "
    return any(f" {hint} " in text for hint in hints)


def is_called(words: list[str], names: Words) -> bool:
    """Whether the header is one of these names and nothing else."""
    return " ".join(words) in names or "".join(words) in names
