"""Words that headers are made of, and what they hint at. Hints only: people confirm the mapping."""

from pulse.tabular.mapping import Direction, Signal

Words = tuple[str, ...]

ID = ("id", "key", "uuid", "guid", "customerid", "clientnum", "userid", "accountid", "kundennummer")
ID_OWNERS = ("customer", "client", "user", "account", "member", "contact", "subscriber", "kunde")
ROW_NUMBERS = ("rownumber", "index", "unnamed", "row", "lfd")
OTHER_NAMES = ("user", "file", "plan", "product", "domain", "brand", "city", "country", "store")
LOCALE = ("locale", "language", "lang", "sprache")
RENEWAL = ("renewal", "renews", "renew", "expiry", "expires", "expiration")
FIRST_SEEN = ("signup", "joined", "join", "joining", "registered", "registration", "since",
              "created", "onboarded", "enrollment", "first", "sign")  # fmt: skip
MONTHLY = ("mrr", "monthly", "month")
YEARLY_VALUE = ("arr", "acv", "mrr", "yearly spend", "yearly revenue", "annual spend", "revenue",
                "annual value", "annual revenue", "yearly value", "monthly revenue")  # fmt: skip

LEAVING_NAMES = ("churn", "churned", "exited", "attrition", "attrited", "left", "cancelled",
                 "canceled", "unsubscribed", "lost", "closed", "departed")  # fmt: skip
LEAVING_WORDS = ("churn", "attrit", "exit", "left", "leave", "cancel", "lost", "closed",
                 "inactive", "unsubscrib", "gone", "yes", "true", "terminat")  # fmt: skip
STAYING_WORDS = ("existing", "stay", "active", "retain", "no", "false", "current", "not", "loyal")

ABOUT_THE_PERSON = ("gender", "sex", "age", "country", "state", "city", "zip", "postal", "postcode",
                    "latitude", "longitude", "lat", "long", "area", "phone", "marital", "married",
                    "education", "dependent", "dependents", "partner", "senior", "geography",
                    "region", "salary", "income", "birthday", "dob", "address", "ethnicity",
                    "occupation", "profession", "surname", "household", "population", "race",
                    "children", "family", "county", "street", "under")  # fmt: skip

# In order: the first signal with a hint in the header wins.
SIGNAL_HINTS: tuple[tuple[Signal, Words], ...] = (
    ("satisfaction", ("satisfaction", "nps", "csat", "rating", "review", "feedback", "complain",
                      "complaint", "complaints", "ticket", "tickets", "support", "escalation",
                      "escalations", "refund", "refunds", "return", "returns", "delay", "bug",
                      "bugs", "outage", "service calls", "survey", "happiness")),
    ("tenure", ("tenure", "months on book", "years with", "months as", "account length",
                "account age", "customer age", "relationship length", "months with",
                "days as", "membership length", "vintage")),
    ("loyalty", ("contract", "loyalty", "referral", "referrals", "member", "membership",
                 "subscription", "renewal", "renewals", "autopay", "payment method",
                 "payment delay", "late payment", "late payments", "coupon", "coupons", "points",
                 "cancellation", "cancellations", "credit card", "card", "offer", "plan",
                 "overdue", "delinquent", "commitment")),
    ("value", ("charge", "charges", "amount", "amt", "spend", "spending", "revenue", "balance",
               "limit", "price", "fee", "fees", "total", "value", "arpu", "clv", "cltv", "arr",
               "mrr", "cashback", "paid", "bal", "cost", "worth", "wallet", "utilization")),
    ("engagement", ("login", "logins", "session", "sessions", "visit", "visits", "usage", "use",
                    "used", "minutes", "mins", "order", "orders", "purchase", "purchases",
                    "transaction", "transactions", "trans", "ct", "frequency", "active",
                    "activity", "recency", "last", "open", "opens", "click", "clicks", "hour",
                    "hours", "device", "devices", "products", "calls", "call", "data", "download",
                    "streaming", "backup", "security", "protection", "service", "services", "app",
                    "messages", "vmail", "international", "features", "seats", "newsletter")),
)  # fmt: skip

WEAKER_WHEN_HIGHER = ("complain", "complaint", "complaints", "ticket", "tickets", "support calls",
                      "service calls", "customer service", "since last", "days since", "recency",
                      "inactive", "late", "overdue", "delinquent", "delinquency", "cancellation",
                      "cancellations", "cancelled", "refund", "refunds", "return", "returns",
                      "escalation", "escalations", "outage", "bug", "bugs", "errors", "delay",
                      "dispute", "disputes", "failed", "unsubscribed", "distance", "day since",
                      "months inactive", "contacts count", "support tickets")  # fmt: skip


def signal_of(words: list[str]) -> Signal | None:
    """The signal a header hints at."""
    for signal, hints in SIGNAL_HINTS:
        if says(words, hints):
            return signal
    return None


def direction_of(words: list[str]) -> Direction:
    """Which way is stronger, from the header alone."""
    return "lower" if says(words, WEAKER_WHEN_HIGHER) else "higher"


def says(words: list[str], hints: Words) -> bool:
    """Whether one of the hints (a word, or some words in a row) stands in the header."""
    text = f" {' '.join(words)} "
    return any(f" {hint} " in text for hint in hints)
