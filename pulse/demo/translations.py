"""How lantern speaks to customers in other languages: the labels and advice of catalogue.py.

Labels are said before the value: "Sie haben schon viel bestellt: 12 Bestellungen".
"""

from collections.abc import Mapping

from pulse.scoring.metrics.catalogue import CustomerWords

LABELS: Mapping[str, Mapping[str, str]] = {
    "span": {
        "de": "Sie kommen immer wieder zu uns",
        "es": "Sigue volviendo con nosotros",
        "fr": "Vous revenez régulièrement chez nous",
        "pt": "Você sempre volta à nossa loja",
        "bn": "আপনি বারবার আমাদের কাছে ফিরে আসেন",
        "ar": "تعود إلينا مرة بعد مرة",
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
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "days_since_order": {
        "de": "Schauen Sie wieder vorbei: Es gibt Neues",
        "es": "Vuelva a por algo nuevo",
        "fr": "Revenez découvrir les nouveautés",
        "pt": "Volte para ver as novidades",
        "bn": "নতুন কিছুর জন্য ফিরে আসুন",
        "ar": "العودة لاكتشاف الجديد",
    },
}


def in_languages(key: str) -> dict[str, CustomerWords]:
    """The metric's label and advice by language; empty for one that no customer sees."""
    advice = ADVICE.get(key, {})
    return {
        language: CustomerWords(label, advice.get(language, ""))
        for language, label in LABELS.get(key, {}).items()
    }
