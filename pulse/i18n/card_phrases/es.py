"""Spanish, with usted."""

from pulse.i18n.card_phrases import Phrases

SPANISH = Phrases(
    language="es",
    greeting="Hola, {name}:",
    greeting_unnamed="Hola:",
    bodies={
        "change": {
            "warm": (
                "gracias por estar con {business}. Quería escribirle personalmente y saber cómo "
                "le va con nosotros.",
                "quería preguntarle directamente cómo le va con {business}.",
            ),
            "direct": (
                "tengo una sola pregunta: ¿qué deberíamos hacer mejor para usted en {business}?",
                "una pregunta corta: ¿le da {business} lo que necesita?",
            ),
            "helpful": (
                "si algo en {business} se ha vuelto más difícil de lo que debería, me gustaría "
                "arreglarlo.",
                "me gustaría ponerle las cosas más fáciles en {business}. Dígame qué le resulta "
                "difícil y lo reviso.",
            ),
            "curious": (
                "¿qué haría que {business} le resultara más útil en este momento?",
                "¿cómo ha sido para usted {business} últimamente, lo bueno y lo menos bueno?",
            ),
        },
        "stuck": {
            "warm": (
                "gracias por decirnos que no consigue avanzar. No tiene que resolverlo sin ayuda.",
            ),
            "direct": (
                "nos ha dicho que no consigue avanzar. ¿En qué punto exactamente, y qué quería "
                "hacer?",
            ),
            "helpful": (
                "nos ha dicho que no consigue avanzar. Cuénteme en una frase qué quiere lograr y "
                "lo vemos juntos, paso a paso.",
            ),
            "curious": (
                "nos ha dicho que no consigue avanzar. ¿Qué esperaba que pasara y qué pasó en su "
                "lugar?",
            ),
        },
        "frustrated": {
            "warm": (
                "gracias por decirnos con franqueza que algo le ha disgustado. Lamento que haya "
                "llegado "
                "a ese punto y quiero escucharle.",
            ),
            "direct": (
                "nos ha dicho que algo le ha disgustado. ¿Qué deberíamos arreglar primero?",
            ),
            "helpful": (
                "nos ha dicho que algo le ha disgustado y me gustaría ayudar a arreglarlo. "
                "Cuéntemelo "
                "en breve y yo me ocupo del resto.",
            ),
            "curious": (
                "nos ha dicho que algo le ha disgustado. ¿Qué ha pasado, desde su punto de vista?",
            ),
        },
        "milestone": {
            "warm": (
                "acaba de alcanzar «{milestone}» y no quería dejarlo pasar sin darle las gracias.",
            ),
            "direct": ("enhorabuena por «{milestone}», y gracias. ¿Podemos ayudarle en algo más?",),
            "helpful": (
                "enhorabuena por «{milestone}». Si le apetece probar algo nuevo, con gusto le "
                "oriento.",
            ),
            "curious": (
                "enhorabuena por «{milestone}». ¿Qué es lo que mejor le ha funcionado hasta ahora?",
            ),
        },
        "silence": {
            "warm": (
                "hace tiempo que no sabemos de usted y quería saludarle y preguntarle cómo está.",
            ),
            "direct": ("hace tiempo que no sabemos de usted. ¿Echa algo en falta en {business}?",),
            "helpful": (
                "ha pasado un tiempo. Si surgió algún inconveniente, me gustaría ayudarle a "
                "resolverlo.",
            ),
            "curious": (
                "hace tiempo que no sabemos de usted. ¿Qué ha cambiado para usted desde entonces?",
            ),
        },
        "renewal": {
            "warm": (
                "se acerca su renovación y antes quería darle las gracias y saber cómo ha sido su "
                "tiempo con {business}.",
            ),
            "direct": ("se acerca su renovación. ¿Hay algo que quiera cambiar antes?",),
            "helpful": (
                "se acerca su renovación. Con gusto la repaso con usted para que encaje con lo "
                "que necesita ahora.",
            ),
            "curious": (
                "se acerca su renovación. ¿Qué debería seguir igual y qué debería ser distinto?",
            ),
        },
    },
    states={
        "busy": "Sé que ahora tiene mucho que hacer; responda cuando le venga bien.",
        "exploring": (
            "Nos comentó que está conociendo lo que ofrecemos; con gusto le enseño lo que "
            "merece la pena."
        ),
        "stuck": "También nos comentó que no consigue avanzar; si quiere, empezamos por ahí.",
        "frustrated": (
            "También nos dijo que algo le ha disgustado; cuénteme más, por favor, quiero "
            "entenderlo."
        ),
        "own_words": "Gracias también por el mensaje que nos dejó; lo he leído.",
    },
    signals={
        "engagement": "Últimamente hemos tenido menos contacto.",
        "satisfaction": (
            "Si algo no fue como debía, prefiero que me lo cuente usted a tener que adivinarlo."
        ),
        "loyalty": "Valoro mucho su confianza.",
    },
    bands={
        "fragile": "Su opinión me importa, aunque sea crítica.",
        "strong": "No hay ningún motivo especial; simplemente me gusta preguntar directamente.",
    },
    closings={
        "warm": (
            "Cuando tenga un momento, me encantará saber de usted.",
            "Respóndame directamente, leo cada respuesta personalmente.",
        ),
        "direct": ("Con una línea me basta.", "Una respuesta corta me ayuda mucho."),
        "helpful": (
            "¿Buscamos diez minutos esta semana?",
            "Dígame qué prefiere, una llamada o un mensaje.",
        ),
        "curious": ("Me interesa lo que piensa.", "Me gustaría entender su punto de vista."),
    },
)
