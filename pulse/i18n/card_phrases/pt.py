"""Portuguese, with você."""

from pulse.i18n.card_phrases import Phrases

PORTUGUESE = Phrases(
    language="pt",
    greeting="Olá, {name},",
    greeting_unnamed="Olá,",
    bodies={
        "change": {
            "warm": (
                "é muito bom ter você com {business}. Queria falar com você e saber como vão as "
                "coisas.",
                "queria perguntar diretamente a você como vão as coisas com {business}.",
            ),
            "direct": (
                "tenho uma só pergunta: o que {business} deveria fazer melhor por você?",
                "uma pergunta curta: {business} oferece o que você precisa?",
            ),
            "helpful": (
                "se algo em {business} ficou mais difícil do que deveria, eu gostaria de resolver "
                "isso por você.",
                "eu gostaria de facilitar as coisas para você em {business}. Diga o que está "
                "dificultando, e eu verifico.",
            ),
            "curious": (
                "o que tornaria {business} mais útil para você neste momento?",
                "como tem sido {business} para você ultimamente, o lado bom e o menos bom?",
            ),
        },
        "stuck": {
            "warm": (
                "agradeço por nos contar que você não está conseguindo avançar. Você não precisa "
                "resolver isso sem ajuda.",
            ),
            "direct": (
                "você nos contou que não está conseguindo avançar. Em que ponto exatamente você "
                "parou, e o que queria fazer?",
            ),
            "helpful": (
                "você nos contou que não está conseguindo avançar. Diga em uma frase o que quer "
                "fazer, e vemos isso juntos, passo a passo.",
            ),
            "curious": (
                "você nos contou que não está conseguindo avançar. O que você esperava que "
                "acontecesse, e o que aconteceu?",
            ),
        },
        "frustrated": {
            "warm": (
                "agradeço por nos falar abertamente da sua insatisfação. Lamento que tenha "
                "chegado a "
                "esse ponto, e quero ouvir você.",
            ),
            "direct": ("você nos falou da sua insatisfação. O que deveríamos corrigir primeiro?",),
            "helpful": (
                "você nos falou da sua insatisfação, e eu gostaria de ajudar a corrigir isso. "
                "Conte em poucas palavras, e eu cuido do resto.",
            ),
            "curious": (
                "você nos falou da sua insatisfação. O que aconteceu, do seu ponto de vista?",
            ),
        },
        "milestone": {
            "warm": (
                "você acaba de alcançar “{milestone}”, e eu não queria deixar isso passar sem "
                "agradecer.",
            ),
            "direct": (
                "parabéns por “{milestone}”, e agradeço muito. Podemos fazer mais alguma coisa "
                "por você?",
            ),
            "helpful": (
                "parabéns por “{milestone}”. Se quiser experimentar algo novo, mostro com prazer.",
            ),
            "curious": ("parabéns por “{milestone}”. O que funcionou melhor para você até agora?",),
        },
        "silence": {
            "warm": (
                "faz algum tempo que não temos notícias suas, e eu queria dar um olá e saber como "
                "você está.",
            ),
            "direct": (
                "faz algum tempo que não temos notícias suas. Falta algo para você em {business}?",
            ),
            "helpful": ("faz algum tempo. Se algo atrapalhou, eu gostaria de ajudar a resolver.",),
            "curious": (
                "faz algum tempo que não temos notícias suas. O que mudou para você desde então?",
            ),
        },
        "renewal": {
            "warm": (
                "sua renovação está chegando, e antes disso eu queria agradecer e saber como tem "
                "sido o tempo com {business}.",
            ),
            "direct": ("sua renovação está chegando. Há algo que você queira mudar até lá?",),
            "helpful": (
                "sua renovação está chegando. Posso vê-la com você com calma, para que combine "
                "com o que você precisa agora.",
            ),
            "curious": (
                "sua renovação está chegando. O que deve ficar como está, e o que deve mudar?",
            ),
        },
    },
    states={
        "busy": "Sei que você tem muito a fazer agora; responda quando for melhor para você.",
        "exploring": (
            "Você comentou que está conhecendo o que oferecemos; mostro com prazer o que vale a "
            "pena."
        ),
        "stuck": ("Você também comentou que não está conseguindo avançar; podemos começar por aí."),
        "frustrated": (
            "Você também nos falou da sua insatisfação; por favor, conte mais, quero entender."
        ),
        "own_words": "Agradeço também o recado que você nos deixou; eu li.",
    },
    signals={
        "engagement": "Ultimamente tivemos um pouco menos de contato.",
        "satisfaction": ("Se algo não foi como deveria, prefiro ouvir de você a ter de adivinhar."),
        "loyalty": "Valorizo muito a sua confiança.",
    },
    bands={
        "fragile": "Sua opinião é importante para mim, mesmo que seja uma crítica.",
        "strong": "Não há nenhum motivo especial; eu só gosto de perguntar diretamente.",
    },
    closings={
        "warm": (
            "Quando tiver um momento, vou gostar muito de ter notícias suas.",
            "Responda diretamente a mim, leio pessoalmente cada resposta.",
        ),
        "direct": ("Uma linha já basta.", "Uma resposta curta já me ajuda muito."),
        "helpful": (
            "Vamos encontrar dez minutos nesta semana?",
            "Diga o que você prefere: uma ligação ou uma mensagem.",
        ),
        "curious": ("Sua opinião me interessa.", "Eu gostaria de entender como você vê isso."),
    },
)
