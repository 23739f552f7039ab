"""German, with Sie."""

from pulse.i18n.card_phrases import Phrases

GERMAN = Phrases(
    language="de",
    greeting="Guten Tag {name},",
    greeting_unnamed="Guten Tag,",
    bodies={
        "change": {
            "warm": (
                "schön, dass Sie bei {business} sind. Ich wollte mich persönlich melden und "
                "hören, wie es Ihnen bei uns geht.",
                "ich möchte Sie persönlich fragen, wie es für Sie mit {business} läuft.",
            ),
            "direct": (
                "ich habe eine Frage: Was sollten wir bei {business} für Sie besser machen?",
                "kurz gefragt: Gibt Ihnen {business} das, was Sie brauchen?",
            ),
            "helpful": (
                "falls bei {business} etwas umständlicher geworden ist, als es sein sollte, "
                "bringe ich das gern in Ordnung.",
                "ich möchte es Ihnen bei {business} leichter machen. Sagen Sie mir, wo es hakt, "
                "und ich kümmere mich darum.",
            ),
            "curious": (
                "was würde {business} im Moment nützlicher für Sie machen?",
                "wie haben Sie {business} in letzter Zeit erlebt, im Guten wie im weniger Guten?",
            ),
        },
        "stuck": {
            "warm": (
                "danke, dass Sie uns gesagt haben, dass Sie nicht weiterkommen. Sie müssen das "
                "nicht allein lösen.",
            ),
            "direct": (
                "Sie haben uns gesagt, dass Sie nicht weiterkommen. Wo genau hakt es, und was "
                "hatten Sie vor?",
            ),
            "helpful": (
                "Sie haben uns gesagt, dass Sie nicht weiterkommen. Schreiben Sie mir in einem "
                "Satz, was Sie erreichen möchten, und wir gehen es Schritt für Schritt gemeinsam "
                "durch.",
            ),
            "curious": (
                "Sie haben uns gesagt, dass Sie nicht weiterkommen. Was hatten Sie erwartet, und "
                "was ist stattdessen passiert?",
            ),
        },
        "frustrated": {
            "warm": (
                "danke, dass Sie offen sagen, dass Sie verärgert sind. Es tut mir leid, dass es "
                "so weit gekommen ist, und ich höre Ihnen zu.",
            ),
            "direct": (
                "Sie haben uns gesagt, dass Sie verärgert sind. Was sollten wir als Erstes in "
                "Ordnung bringen?",
            ),
            "helpful": (
                "Sie haben uns gesagt, dass Sie verärgert sind, und ich möchte helfen, das in "
                "Ordnung zu bringen. Schildern Sie es mir kurz, dann kümmere ich mich darum.",
            ),
            "curious": (
                "Sie haben uns gesagt, dass Sie verärgert sind. Was ist aus Ihrer Sicht passiert?",
            ),
        },
        "milestone": {
            "warm": (
                "Sie haben gerade „{milestone}“ erreicht, und dafür möchte ich mich persönlich "
                "bedanken.",
            ),
            "direct": (
                "Glückwunsch zu „{milestone}“, und vielen Dank. Können wir sonst etwas für Sie "
                "tun?",
            ),
            "helpful": (
                "Glückwunsch zu „{milestone}“. Wenn Sie als Nächstes etwas ausprobieren möchten, "
                "zeige ich es Ihnen gern.",
            ),
            "curious": (
                "Glückwunsch zu „{milestone}“. Was hat für Sie bisher am besten funktioniert?",
            ),
        },
        "silence": {
            "warm": (
                "wir haben eine Weile nichts voneinander gehört, und ich wollte einfach fragen, "
                "wie es Ihnen geht.",
            ),
            "direct": (
                "wir haben eine Weile nichts von Ihnen gehört. Fehlt Ihnen etwas bei {business}?",
            ),
            "helpful": ("es ist eine Weile her. Falls Ihnen etwas im Weg stand, helfe ich gern.",),
            "curious": (
                "wir haben eine Weile nichts von Ihnen gehört. Was hat sich seitdem für Sie "
                "verändert?",
            ),
        },
        "renewal": {
            "warm": (
                "Ihre Verlängerung steht an, und vorher möchte ich mich bedanken und hören, wie "
                "die Zeit bei {business} für Sie war.",
            ),
            "direct": ("Ihre Verlängerung steht an. Möchten Sie vorher etwas ändern?",),
            "helpful": (
                "Ihre Verlängerung steht an. Ich gehe sie gern mit Ihnen durch, damit sie zu dem "
                "passt, was Sie jetzt brauchen.",
            ),
            "curious": (
                "Ihre Verlängerung steht an. Was soll bleiben, wie es ist, und was soll anders "
                "werden?",
            ),
        },
    },
    states={
        "busy": (
            "Ich weiß, dass Sie gerade viel zu tun haben; antworten Sie einfach, wann es Ihnen "
            "passt."
        ),
        "exploring": (
            "Sie haben erwähnt, dass Sie gerade unser Angebot kennenlernen; ich zeige Ihnen "
            "gern, was sich lohnt."
        ),
        "stuck": ("Sie haben auch gesagt, dass Sie nicht weiterkommen; gern fangen wir damit an."),
        "frustrated": (
            "Sie haben uns auch gesagt, dass Sie verärgert sind; erzählen Sie mir bitte mehr, ich "
            "möchte es verstehen."
        ),
        "own_words": "Danke auch für Ihre Nachricht an uns; ich habe sie gelesen.",
    },
    signals={
        "engagement": "In letzter Zeit war es etwas ruhiger zwischen uns.",
        "satisfaction": (
            "Falls etwas nicht so war, wie es sein sollte, höre ich es lieber von Ihnen, als zu "
            "raten."
        ),
        "loyalty": "Ihr Vertrauen schätze ich sehr.",
    },
    bands={
        "fragile": "Ihre Meinung ist mir wichtig, auch wenn sie kritisch ausfällt.",
        "strong": "Es gibt keinen besonderen Anlass; ich frage einfach gern persönlich nach.",
    },
    closings={
        "warm": (
            "Wenn Sie einen Moment haben, freue ich mich, von Ihnen zu hören.",
            "Antworten Sie einfach direkt an mich, ich lese jede Antwort selbst.",
        ),
        "direct": ("Ein Satz genügt.", "Eine kurze Antwort hilft mir sehr."),
        "helpful": (
            "Wollen wir dafür diese Woche zehn Minuten finden?",
            "Sagen Sie mir, was Ihnen lieber ist: ein Anruf oder eine Nachricht.",
        ),
        "curious": ("Ihre Sicht interessiert mich.", "Ich möchte verstehen, wie Sie das sehen."),
    },
)
