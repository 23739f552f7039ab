"""Portuguese of Portugal, in the polite third person."""

from pulse.i18n.card_phrases import Phrases

EUROPEAN_PORTUGUESE = Phrases(
    language="pt-PT",
    greeting="Olá, {name},",
    greeting_unnamed="Olá,",
    bodies={
        "change": {
            "warm": (
                "é muito bom contar consigo na {business}. Gostava de falar consigo e saber como "
                "estão a correr as coisas.",
                "queria perguntar-lhe diretamente como estão a correr as coisas com {business}.",
            ),
            "direct": (
                "tenho uma só pergunta: o que deveria {business} fazer melhor por si?",
                "uma pergunta curta: {business} oferece aquilo de que precisa?",
            ),
            "helpful": (
                "se algo em {business} se tornou mais difícil do que deveria, gostava de resolver "
                "isso por si.",
                "gostava de lhe facilitar as coisas em {business}. Diga-me o que está a "
                "dificultar, e eu verifico.",
            ),
            "curious": (
                "o que tornaria {business} mais útil para si neste momento?",
                "como tem sido {business} para si ultimamente, o lado bom e o menos bom?",
            ),
        },
        "stuck": {
            "warm": (
                "agradeço ter-nos dito que não está a conseguir avançar. Não tem de resolver isso "
                "sem ajuda.",
            ),
            "direct": (
                "disse-nos que não está a conseguir avançar. Em que ponto exatamente parou, e o "
                "que queria fazer?",
            ),
            "helpful": (
                "disse-nos que não está a conseguir avançar. Diga-me numa frase o que quer fazer, "
                "e vemos isso juntos, passo a passo.",
            ),
            "curious": (
                "disse-nos que não está a conseguir avançar. O que esperava que acontecesse, e o "
                "que aconteceu?",
            ),
        },
        "frustrated": {
            "warm": (
                "agradeço ter-nos falado abertamente da sua insatisfação. Lamento que se tenha "
                "chegado a esse ponto, e quero ouvir o que tem a dizer.",
            ),
            "direct": ("falou-nos da sua insatisfação. O que devemos corrigir primeiro?",),
            "helpful": (
                "falou-nos da sua insatisfação, e gostava de ajudar a corrigir isso. Conte-me em "
                "poucas palavras, e eu trato do resto.",
            ),
            "curious": ("falou-nos da sua insatisfação. O que aconteceu, do seu ponto de vista?",),
        },
        "milestone": {
            "warm": (
                "acaba de alcançar “{milestone}”, e não queria deixar passar isso sem agradecer.",
            ),
            "direct": (
                "parabéns por “{milestone}”, e um grande agradecimento. Podemos fazer mais "
                "alguma coisa por si?",
            ),
            "helpful": (
                "parabéns por “{milestone}”. Se quiser experimentar algo novo, mostro-lhe com todo "
                "o gosto.",
            ),
            "curious": ("parabéns por “{milestone}”. O que funcionou melhor para si até agora?",),
        },
        "silence": {
            "warm": (
                "há algum tempo que não temos notícias suas, e queria dizer olá e saber como está.",
            ),
            "direct": (
                "há algum tempo que não temos notícias suas. Falta-lhe alguma coisa em {business}?",
            ),
            "helpful": (
                "já passou algum tempo. Se houve algum contratempo, gostava de ajudar a resolver.",
            ),
            "curious": (
                "há algum tempo que não temos notícias suas. O que mudou para si desde então?",
            ),
        },
        "renewal": {
            "warm": (
                "a sua renovação está a chegar, e antes disso queria agradecer e saber como tem "
                "sido o tempo com {business}.",
            ),
            "direct": ("a sua renovação está a chegar. Há algo que queira mudar até lá?",),
            "helpful": (
                "a sua renovação está a chegar. Posso vê-la consigo com calma, para que se ajuste "
                "àquilo de que precisa agora.",
            ),
            "curious": (
                "a sua renovação está a chegar. O que deve ficar como está, e o que deve mudar?",
            ),
        },
    },
    states={
        "busy": "Sei que tem muito que fazer agora; responda quando lhe der mais jeito.",
        "exploring": (
            "Disse-nos que está a conhecer o que oferecemos; mostro-lhe com gosto o que vale "
            "a pena."
        ),
        "stuck": "Disse-nos também que não está a conseguir avançar; podemos começar por aí.",
        "frustrated": (
            "Falou-nos também da sua insatisfação; por favor, conte-me mais, quero perceber."
        ),
        "own_words": "Agradeço também a mensagem que nos deixou; já a li.",
    },
    signals={
        "engagement": "Ultimamente tivemos um pouco menos de contacto.",
        "satisfaction": "Se algo não correu como devia, prefiro ouvi-lo de si a ter de adivinhar.",
        "loyalty": "Valorizo muito a sua confiança.",
    },
    bands={
        "fragile": "A sua opinião é importante para mim, mesmo que seja uma crítica.",
        "strong": "Não há nenhum motivo especial; gosto apenas de perguntar diretamente.",
    },
    closings={
        "warm": (
            "Quando tiver um momento, terei muito gosto em receber notícias suas.",
            "Responda-me diretamente, leio pessoalmente cada resposta.",
        ),
        "direct": ("Uma linha já basta.", "Uma resposta curta já me ajuda muito."),
        "helpful": (
            "Encontramos dez minutos esta semana?",
            "Diga-me o que prefere: uma chamada ou uma mensagem.",
        ),
        "curious": ("A sua opinião interessa-me.", "Gostava de perceber como vê a situação."),
    },
)
