"""How lantern speaks to customers in other languages: the labels and advice of catalogue.py.

Labels are said before the value: "Sie bestellen derzeit oft: 12 Bestellungen".
"""

from collections.abc import Mapping

from pulse.identity.metrics import CustomerWords

LABELS: Mapping[str, Mapping[str, str]] = {
    "orders_90": {
        "de": "Sie bestellen derzeit oft",
        "es": "Últimamente pide a menudo",
        "fr": "Vous commandez souvent ces temps-ci",
        "pt": "Tem encomendado com frequência",
        "bn": "আপনি ইদানীং প্রায়ই অর্ডার করেন",
        "ar": "تطلب كثيرًا هذه الأيام",
    },
    "orders": {
        "de": "Sie haben schon viel bestellt",
        "es": "Ha pedido muchas veces",
        "fr": "Vous avez beaucoup commandé",
        "pt": "Já encomendou muitas vezes",
        "bn": "আপনি অনেক অর্ডার করেছেন",
        "ar": "طلبت كثيرًا",
    },
    "days_since_order": {
        "de": "Ihre letzte Bestellung ist noch frisch",
        "es": "Su último pedido es reciente",
        "fr": "Votre dernière commande est récente",
        "pt": "A sua última encomenda é recente",
        "bn": "আপনার শেষ অর্ডারটি সাম্প্রতিক",
        "ar": "طلبك الأخير حديث",
    },
    "active_months": {
        "de": "Sie kommen Monat für Monat wieder",
        "es": "Vuelve mes tras mes",
        "fr": "Vous revenez mois après mois",
        "pt": "Volta mês após mês",
        "bn": "আপনি মাসের পর মাস ফিরে আসেন",
        "ar": "تعود شهرًا بعد شهر",
    },
    "order_gap": {
        "de": "Ihre Bestellungen folgen dicht aufeinander",
        "es": "Sus pedidos se siguen de cerca",
        "fr": "Vos commandes se suivent de près",
        "pt": "As suas encomendas seguem-se de perto",
        "bn": "আপনার অর্ডারগুলো ঘন ঘন আসে",
        "ar": "طلباتك متقاربة",
    },
    "tenure": {
        "de": "Sie sind schon eine Weile bei uns",
        "es": "Lleva tiempo con nosotros",
        "fr": "Vous êtes avec nous depuis un moment",
        "pt": "Já está connosco há algum tempo",
        "bn": "আপনি বেশ কিছুদিন ধরে আমাদের সঙ্গে আছেন",
        "ar": "أنت معنا منذ مدة",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "orders_90": {
        "de": "Geben Sie Ihre nächste Bestellung auf",
        "es": "Haga su próximo pedido",
        "fr": "Passez votre prochaine commande",
        "pt": "Faça a sua próxima encomenda",
        "bn": "আপনার পরের অর্ডারটি করুন",
        "ar": "قدّم طلبك التالي",
    },
    "days_since_order": {
        "de": "Schauen Sie wieder vorbei: Es gibt Neues",
        "es": "Vuelva a por algo nuevo",
        "fr": "Revenez découvrir les nouveautés",
        "pt": "Volte para ver as novidades",
        "bn": "নতুন কিছুর জন্য ফিরে আসুন",
        "ar": "عُد لتكتشف الجديد",
    },
    "active_months": {
        "de": "Bestellen Sie in diesem Jahr in einem weiteren Monat",
        "es": "Haga un pedido en un mes más de este año",
        "fr": "Commandez un mois de plus cette année",
        "pt": "Encomende em mais um mês deste ano",
        "bn": "এ বছর আরও এক মাসে অর্ডার করুন",
        "ar": "اطلب في شهر إضافي هذا العام",
    },
}


def in_languages(key: str) -> dict[str, CustomerWords]:
    """The metric's label and advice by language; empty for one that no customer sees."""
    advice = ADVICE.get(key, {})
    return {
        language: CustomerWords(label, advice.get(language, ""))
        for language, label in LABELS.get(key, {}).items()
    }
