"""How lantern speaks to customers in other languages: the labels and advice of catalogue.py.

Labels are said before the value: "Sie bestellen derzeit oft: 12 Bestellungen".
"""

from collections.abc import Mapping

from pulse.scoring.metrics.catalogue import CustomerWords

LABELS: Mapping[str, Mapping[str, str]] = {
    "orders_90": {
        "de": "Sie bestellen derzeit oft",
        "es": "Últimamente pide a menudo",
        "fr": "Vous commandez souvent ces temps-ci",
        "pt": "Você tem feito pedidos com frequência",
        "bn": "আপনি ইদানীং প্রায়ই অর্ডার করেন",
        "ar": "طلباتك كثيرة هذه الأيام",
    },
    "orders": {
        "de": "Sie haben schon viel bestellt",
        "es": "Ha pedido muchas veces",
        "fr": "Vous avez beaucoup commandé",
        "pt": "Você já fez muitos pedidos",
        "bn": "আপনি অনেক অর্ডার করেছেন",
        "ar": "طلباتك لدينا كثيرة",
    },
    "days_since_order": {
        "de": "Ihre letzte Bestellung ist nicht lange her",
        "es": "Su último pedido es reciente",
        "fr": "Votre dernière commande est récente",
        "pt": "Seu último pedido é recente",
        "bn": "আপনার শেষ অর্ডারটি সাম্প্রতিক",
        "ar": "طلبك الأخير حديث",
    },
    "active_months": {
        "de": "Sie kommen Monat für Monat wieder",
        "es": "Vuelve mes tras mes",
        "fr": "Vous revenez mois après mois",
        "pt": "Você volta mês após mês",
        "bn": "আপনি মাসের পর মাস ফিরে আসেন",
        "ar": "عودتك إلينا شهرًا بعد شهر",
    },
    "order_gap": {
        "de": "Ihre Bestellungen folgen dicht aufeinander",
        "es": "Pasa poco tiempo entre sus pedidos",
        "fr": "Vos commandes se suivent de près",
        "pt": "Passa pouco tempo entre seus pedidos",
        "bn": "আপনার অর্ডারগুলো ঘন ঘন আসে",
        "ar": "طلباتك متقاربة",
    },
    "tenure": {
        "de": "Sie sind schon eine Weile bei uns",
        "es": "Lleva tiempo con nosotros",
        "fr": "Vous êtes avec nous depuis un moment",
        "pt": "Você está conosco há algum tempo",
        "bn": "আপনি বেশ কিছুদিন ধরে আমাদের সঙ্গে আছেন",
        "ar": "أنت معنا منذ مدة",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "orders_90": {
        "de": "Geben Sie Ihre nächste Bestellung auf",
        "es": "Haga su próximo pedido",
        "fr": "Passez votre prochaine commande",
        "pt": "Faça seu próximo pedido",
        "bn": "আপনার পরের অর্ডারটি করুন",
        "ar": "تقديم طلبك التالي",
    },
    "days_since_order": {
        "de": "Schauen Sie wieder vorbei: Es gibt Neues",
        "es": "Vuelva a por algo nuevo",
        "fr": "Revenez découvrir les nouveautés",
        "pt": "Volte para ver as novidades",
        "bn": "নতুন কিছুর জন্য ফিরে আসুন",
        "ar": "العودة لاكتشاف الجديد",
    },
    "active_months": {
        "de": "Bestellen Sie in diesem Jahr in einem weiteren Monat",
        "es": "Haga un pedido en un mes más de este año",
        "fr": "Passez commande un autre mois cette année",
        "pt": "Faça um pedido em mais um mês deste ano",
        "bn": "এ বছর আরও এক মাসে অর্ডার করুন",
        "ar": "الطلب في شهر إضافي هذا العام",
    },
}


def in_languages(key: str) -> dict[str, CustomerWords]:
    """The metric's label and advice by language; empty for one that no customer sees."""
    advice = ADVICE.get(key, {})
    return {
        language: CustomerWords(label, advice.get(language, ""))
        for language, label in LABELS.get(key, {}).items()
    }
