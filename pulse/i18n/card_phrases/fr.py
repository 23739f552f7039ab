"""French, with vous."""

from pulse.i18n.card_phrases import Phrases

FRENCH = Phrases(
    language="fr",
    greeting="Bonjour {name},",
    greeting_unnamed="Bonjour,",
    bodies={
        "change": {
            "warm": (
                "merci d’être avec {business}. Je voulais prendre de vos nouvelles moi-même et "
                "savoir comment cela se passe pour vous.",
                "je voulais vous demander personnellement comment cela se passe avec {business}.",
            ),
            "direct": (
                "j’ai une seule question : que devrions-nous mieux faire pour vous chez "
                "{business} ?",
                "une courte question : {business} vous apporte-t-il ce dont vous avez besoin ?",
            ),
            "helpful": (
                "si quelque chose chez {business} est devenu plus compliqué que nécessaire, "
                "j’aimerais y remédier.",
                "j’aimerais vous faciliter les choses chez {business}. Dites-moi ce qui vous "
                "gêne et je m’en occupe.",
            ),
            "curious": (
                "qu’est-ce qui rendrait {business} plus utile pour vous en ce moment ?",
                "comment cela se passe-t-il avec {business} ces derniers temps, le bon comme le "
                "moins bon ?",
            ),
        },
        "stuck": {
            "warm": (
                "merci de nous avoir signalé une difficulté. Vous n’avez pas à "
                "résoudre cela sans aide.",
            ),
            "direct": (
                "vous nous avez signalé une difficulté. À quelle étape exactement, et que "
                "vouliez-vous faire ?",
            ),
            "helpful": (
                "vous nous avez signalé une difficulté. Dites-moi en une phrase ce que vous "
                "voulez faire, et nous avancerons ensemble, pas à pas.",
            ),
            "curious": (
                "vous nous avez signalé une difficulté. À quoi vous attendiez-vous, et que "
                "s’est-il passé à la place ?",
            ),
        },
        "frustrated": {
            "warm": (
                "merci de dire ouvertement votre mécontentement. Je regrette que nous en soyons "
                "là, et je vous écoute.",
            ),
            "direct": (
                "vous nous avez fait part de votre mécontentement. Que devrions-nous corriger en "
                "premier ?",
            ),
            "helpful": (
                "vous nous avez fait part de votre mécontentement, et j’aimerais aider à arranger "
                "cela. Expliquez-moi en bref, et je prends la suite.",
            ),
            "curious": (
                "vous nous avez fait part de votre mécontentement. Que s’est-il passé, de votre "
                "point de vue ?",
            ),
        },
        "milestone": {
            "warm": (
                "vous venez d’atteindre « {milestone} », et je ne voulais pas laisser passer cela "
                "sans vous dire merci.",
            ),
            "direct": (
                "bravo pour « {milestone} », et merci. Pouvons-nous faire autre chose pour vous ?",
            ),
            "helpful": (
                "bravo pour « {milestone} ». Si vous souhaitez essayer autre chose, je vous guide "
                "avec plaisir.",
            ),
            "curious": (
                "bravo pour « {milestone} ». Qu’est-ce qui a le mieux fonctionné pour vous "
                "jusqu’ici ?",
            ),
        },
        "silence": {
            "warm": (
                "cela fait un moment que nous n’avons pas eu de vos nouvelles, et je voulais vous "
                "saluer et savoir comment vous allez.",
            ),
            "direct": (
                "cela fait un moment que nous n’avons pas eu de vos nouvelles. Vous manque-t-il "
                "quelque chose chez {business} ?",
            ),
            "helpful": (
                "cela fait un moment. Si un obstacle est apparu, j’aimerais aider à le lever.",
            ),
            "curious": (
                "cela fait un moment que nous n’avons pas eu de vos nouvelles. Qu’est-ce qui a "
                "changé pour vous depuis ?",
            ),
        },
        "renewal": {
            "warm": (
                "votre renouvellement approche, et avant cela je voulais vous remercier et savoir "
                "comment s’est passé ce temps avec {business}.",
            ),
            "direct": (
                "votre renouvellement approche. Souhaitez-vous changer quelque chose d’ici là ?",
            ),
            "helpful": (
                "votre renouvellement approche. Je le parcours volontiers avec vous, pour qu’il "
                "corresponde à vos besoins actuels.",
            ),
            "curious": (
                "votre renouvellement approche. Que faut-il garder, et que faut-il changer ?",
            ),
        },
    },
    states={
        "busy": (
            "Je sais que vous avez beaucoup à faire en ce moment ; répondez quand cela vous "
            "convient."
        ),
        "exploring": (
            "Vous nous avez dit découvrir ce que nous proposons ; je vous montre volontiers ce "
            "qui vaut le "
            "détour."
        ),
        "stuck": (
            "Vous nous avez aussi signalé une difficulté ; commençons par là si vous voulez."
        ),
        "frustrated": (
            "Vous nous avez aussi fait part de votre mécontentement ; dites-m’en plus, je veux "
            "comprendre."
        ),
        "own_words": "Merci aussi pour le mot que vous nous avez laissé ; je l’ai lu.",
    },
    signals={
        "engagement": "Nos échanges se sont un peu espacés ces derniers temps.",
        "satisfaction": (
            "Si quelque chose n’allait pas, je préfère l’apprendre de vous plutôt que deviner."
        ),
        "loyalty": "Votre confiance est précieuse pour moi.",
    },
    bands={
        "fragile": "Votre avis compte pour moi, même s’il est critique.",
        "strong": "Il n’y a pas de raison particulière ; j’aime simplement poser la question "
        "personnellement.",
    },
    closings={
        "warm": (
            "Quand vous aurez un moment, j’aurai plaisir à vous lire.",
            "Répondez-moi directement, je lis moi-même chaque réponse.",
        ),
        "direct": ("Une ligne suffit.", "Une réponse brève m’aide beaucoup."),
        "helpful": (
            "Trouvons-nous dix minutes cette semaine ?",
            "Dites-moi ce que vous préférez : un appel ou un message.",
        ),
        "curious": ("Votre avis m’intéresse.", "J’aimerais comprendre votre point de vue."),
    },
)
