"""Which column is the customer's id, name, e-mail, owner and so on, from headers and values."""

from pulse.tabular import header_hints
from pulse.tabular.header_hints import Words, is_called, says
from pulse.tabular.header_names import words_of
from pulse.tabular.mapping import Role
from pulse.tabular.profiling import ColumnProfile

_OWNERS = ("customer", "client", "user", "account", "member", "contact", "subscriber", "kunde",
           "kunden", "kd", "person", "profile", "mitglied", "cliente", "klant", "abonne", "record",
           "external", "distinct", "lead", "shopper", "player", "patient", "student", "guest",
           "organization", "organisation", "顧客", "会員", "socio", "usuario", "adherent",
           "debitor",
           "debitoren", "klient", "klienta", "klijent", "zakaznik", "zakaznika", "ugyfel",
           "musteri", "kund", "asiakas", "клиент", "клиента", "покупатель", "πελατη", "clienti",
           "requester", "guarantor", "cust")  # fmt: skip
_ID_WORDS = ("id", "number", "no", "nr", "num", "code", "key", "nummer", "numero", "n",
             "identifier", "codigo", "codice", "cod", "numer", "cislo", "номер", "код",
             "reference", "ref", "番号")  # fmt: skip
_IDS = ("customerid", "customer", "clientid", "clientnum", "userid", "accountid", "kundennummer",
        "kundennr", "kdnr", "memberid", "contactid", "subscriberid", "personid", "recordid",
        "profileid", "distinctid", "externalid", "kundenid", "mitgliedsnummer", "customerno",
        "custid", "custno", "customernumber", "顧客番号", "顧客id", "会員番号", "numclient",
        "idclient", "idcliente", "codcliente", "clienteid", "codigocliente", "numerocliente",
        "numeroclient", "codeclient", "klantnummer", "kundnummer", "debitorennummer", "externalref",
        "klaviyoid", "kunnr", "klantnr", "custcode",
        "公司编号", "客户编号", "客户id", "会员编号", "고객번호")  # fmt: skip
_OTHERS = ("parent", "associated", "company", "card", "order", "invoice", "deal", "owner", "plan",
           "product", "campaign", "last", "primary", "transaction", "payment", "subscription",
           "ticket", "event", "message", "session", "device", "vat", "tax", "business", "store",
           "shop", "group", "segment", "list", "intercom", "leid", "lead source", "manager",
           "csm", "rep", "team", "facebook", "twitter", "google", "linkedin", "merged", "referrer",
           "created", "modified", "row", "index", "unnamed", "house", "phone", "zip", "postal",
           "country", "state", "industry", "line", "serial", "contract", "vertrag")  # fmt: skip
_COMPANY_IDS = ("companyid", "organizationid", "organisationid", "orgid", "firmenid", "workspaceid",
                "tenantid", "teamid", "entrepriseid", "empresaid")  # fmt: skip
_ROW_NUMBERS = ("rownumber", "row number", "index", "unnamed", "row", "lfd", "lfd nr", "#",
                "zeile", "line")  # fmt: skip

_FIRST_NAMES = ("first name", "firstname", "given name", "givenname", "forename", "vorname",
                "prenom", "nombre", "nome", "fname", "first", "voornaam", "fornamn", "名",
                "imie", "given names", "customer first name", "contact first name")  # fmt: skip
_LAST_NAMES = ("last name", "lastname", "surname", "family name", "familyname", "nachname",
               "familienname", "apellido", "apellidos", "cognome", "sobrenome", "lname", "last",
               "achternaam", "efternamn", "nazwisko", "姓", "customer last name",
               "contact last name", "nom de famille")  # fmt: skip
_NAMES = ("name", "full name", "fullname", "customer name", "client name", "contact name",
          "customer", "display name", "kundenname", "kunde", "nom complet", "nombre completo",
          "nome completo", "氏名", "名前", "お名前", "顧客名", "姓名", "이름", "имя", "фио",
          "person name", "member name", "user full name", "nom", "vor und nachname",
          "nom du client", "nombre del cliente", "naam", "billing name", "requester name",
          "ansprechpartner", "person", "lead name", "ad soyad", "adi soyadi",
          "jmeno a prijmeni", "imie i nazwisko", "контрагент", "客户名称", "客户姓名")  # fmt: skip
_COMPANY_NAMES = ("account name", "company name", "company", "organization name", "organisation",
                  "organization", "organisation name", "firma", "firmenname", "unternehmen",
                  "societe", "raison sociale", "entreprise", "empresa", "razon social", "azienda",
                  "ragione sociale", "bedrijf", "bedrijfsnaam", "会社名", "企業名", "公司名称",
                  "business name", "account", "client", "cliente", "kunde firma", "name der firma",
                  "nom de l entreprise", "nombre de la empresa", "razao social", "nazwa firmy",
                  "name1", "obchodni firma")  # fmt: skip
_EMAILS = ("email", "e mail", "mail", "email address", "e mail address", "emailadresse",
           "e mail adresse", "courriel", "correo", "correo electronico", "adresse email",
           "adresse e mail", "メール", "メールアドレス", "contact email", "customer email",
           "primary email", "person email work", "email work", "user email")  # fmt: skip


def guess_id(profiles: list[ColumnProfile]) -> str | None:
    """The column that names the customer: called so, and different in every row; else the e-mail.

    Never a name or a figure.
    """
    best = max(profiles, key=_id_worth, default=None)
    if best is not None and _id_worth(best) > 0:
        return best.column
    emails = [p for p in profiles if p.is_email and p.uniqueness > 0.9 and p.filled > 0.5]
    companies = [
        p for p in profiles
        if p.unique and p.filled == 1.0 and "".join(words_of(p.column)) in _COMPANY_IDS
    ]  # fmt: skip
    found = [*emails, *companies]
    return found[0].column if found else None


def _id_worth(profile: ColumnProfile) -> float:
    words = words_of(profile.column)
    if profile.filled < 0.5 or profile.type in ("date", "flag", "phone", "url"):
        return 0.0
    if profile.is_email or says(words, _ROW_NUMBERS):
        return 0.0
    worth = _named_worth(words)
    if profile.type == "number" and profile.decimal_places:
        return 0.0
    if worth and profile.uniqueness < 0.9:
        worth = worth - 2.0 if profile.uniqueness > 0.3 or worth >= 8.0 else 0.0
    return max(0.0, worth) * profile.filled


def _named_worth(words: list[str]) -> float:
    """How much a header sounds like the customer's id: 10 `customer id`, 5 `id`, 2 `uuid`."""
    together = "".join(words)
    if together in _IDS and together != "customer":
        return 10.0
    has_id = any(word in _ID_WORDS for word in words)
    if has_id and says(words, _OWNERS) and not says(words, _OTHERS):
        return 9.0 if len(words) == 2 else 6.0
    if together in ("id", "externalid"):
        return 7.0
    if together == "customer":
        return 2.5
    if together in ("uuid", "guid", "key", "identifier", "number", "no", "nr", "nummer"):
        return 3.0
    if len(words) > 1 and words[-1] in ("id", "uid", "key", "uuid") and not says(words, _OTHERS):
        return 2.0
    return 0.0


def guess_roles(profiles: list[ColumnProfile], taken: dict[str, Role]) -> dict[str, Role]:
    """Columns with a part of their own beside those in `taken`; the rest are facts about people."""
    roles = dict(taken)
    for profile in profiles:
        role = _role_by_name(profile)
        if role and role not in roles.values() and profile.column not in roles:
            roles[profile.column] = role
    return roles | _names(profiles, roles)


def _role_by_name(profile: ColumnProfile) -> Role | None:
    words = words_of(profile.column)
    if profile.is_email:
        return None if says(words, (*header_hints.OWNER, "owner", "csm", "manager")) else "email"
    if profile.type == "date":
        return _date_role(words)
    if profile.type == "number":
        return "value" if says(words, header_hints.YEARLY_VALUE) else None
    return _text_role(words, profile) if profile.type in ("text", "category") else None


def _text_role(words: list[str], profile: ColumnProfile) -> Role | None:
    if is_called(words, header_hints.TAGS):
        return "tags"
    if is_called(words, header_hints.SEGMENT):
        return "segment"
    if is_called(words, header_hints.OWNER):
        return "owner"
    if says(words, header_hints.LOCALE):
        return "locale" if all(len(word) in (2, 5) for word in profile.examples) else None
    return None


def _date_role(words: list[str]) -> Role | None:
    if says(words, header_hints.RENEWAL) and not says(words, header_hints.NOT_RENEWAL):
        return "renewal_on"
    is_first = says(words, header_hints.FIRST_SEEN) and not says(words, header_hints.NOT_FIRST_SEEN)
    return "first_seen_at" if is_first else None


def _names(profiles: list[ColumnProfile], roles: dict[str, Role]) -> dict[str, Role]:
    """One full name, else first and last name, else the company's."""
    free = [
        p for p in profiles
        if p.column not in roles and p.type in ("text", "category") and p.filled > 0
    ]  # fmt: skip
    full = _called(free, _NAMES)
    last = _called(free, _LAST_NAMES)
    first = _called(free, _FIRST_NAMES)
    if first and last:
        return {first: "first_name", last: "last_name"}
    if last and full:  # `Nom` and `Prénom`, `Name` and `Vorname`
        return {full: "name"}
    if first and full and first != full:
        return {first: "first_name", full: "last_name"}
    company = _called(free, _COMPANY_NAMES)
    chosen = full or company or first or last or _loosely_called(free)
    return {chosen: "name"} if chosen else {}


def _called(profiles: list[ColumnProfile], names: Words) -> str | None:
    for name in names:
        for profile in profiles:
            words = words_of(profile.column)
            if " ".join(words) == name or "".join(words) == name:
                return profile.column
    return None


def _loosely_called(profiles: list[ColumnProfile]) -> str | None:
    """`Default Contact Name`: ends in a name, and of nothing that is no customer."""
    not_people = ("user", "file", "plan", "product", "domain", "brand", "city", "country", "store",
                  "card", "event", "campaign", "list", "owner", "segment", "deal", "source",
                  "stage", "manager", "csm", "bank", "tag", "lead source")  # fmt: skip
    for profile in profiles:
        words = words_of(profile.column)
        if words and words[-1] in ("name", "surname", "fullname") and not says(words, not_people):
            return profile.column
    return None
