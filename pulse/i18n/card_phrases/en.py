"""English."""

from pulse.i18n.card_phrases import Phrases

ENGLISH = Phrases(
    language="en",
    greeting="Hi {name},",
    greeting_unnamed="Hello,",
    bodies={
        "change": {
            "warm": (
                "thank you for being with {business}. I wanted to check in myself and hear how "
                "things are going for you.",
                "I wanted to ask you personally how things are going with {business}.",
            ),
            "direct": (
                "I have one question: what should we at {business} be doing better for you?",
                "a short one from me: does {business} give you what you need?",
            ),
            "helpful": (
                "if anything around {business} has become harder than it should be, I would "
                "like to put it right.",
                "I would like to make things easier for you at {business}. Tell me what is "
                "getting in your way, and I will look into it.",
            ),
            "curious": (
                "what would make {business} more useful to you just now?",
                "how has {business} been for you lately, the good and the less good?",
            ),
        },
        "stuck": {
            "warm": (
                "thank you for telling us that you are stuck. You do not have to sort this out "
                "alone.",
            ),
            "direct": (
                "you told us that you are stuck. Where exactly does it stop, and what were you "
                "trying to do?",
            ),
            "helpful": (
                "you told us that you are stuck. Tell me in a sentence what you want to get done, "
                "and we will go through it together, step by step.",
            ),
            "curious": (
                "you told us that you are stuck. What did you expect to happen, and what happened "
                "instead?",
            ),
        },
        "frustrated": {
            "warm": (
                "thank you for saying openly that you are frustrated. I am sorry it has come to "
                "that, and I am listening.",
            ),
            "direct": (
                "you told us that you are frustrated. What is the one thing we should put right "
                "first?",
            ),
            "helpful": (
                "you told us that you are frustrated, and I would like to help put it right. Give "
                "me the short version, and I will take it from there.",
            ),
            "curious": (
                "you told us that you are frustrated. What happened, seen from your side?",
            ),
        },
        "milestone": {
            "warm": (
                "you have just reached “{milestone}”, and I did not want to let that pass without "
                "a thank-you.",
            ),
            "direct": (
                "congratulations on “{milestone}”, and thank you. Is there anything else we can "
                "do for you?",
            ),
            "helpful": (
                "congratulations on “{milestone}”. If there is something you would like to try "
                "next, I am glad to point you to it.",
            ),
            "curious": ("congratulations on “{milestone}”. What has worked best for you so far?",),
        },
        "silence": {
            "warm": (
                "it has been a while since we heard from you, and I wanted to say hello and ask "
                "how you are.",
            ),
            "direct": (
                "we have not heard from you for a while. Is there anything you are missing at "
                "{business}?",
            ),
            "helpful": (
                "it has been a while. If something got in the way, I would like to help clear it.",
            ),
            "curious": (
                "we have not heard from you for a while. What has changed for you since then?",
            ),
        },
        "renewal": {
            "warm": (
                "your renewal is coming up, and before that I wanted to thank you and hear how "
                "the time with {business} has been.",
            ),
            "direct": (
                "your renewal is coming up. Is there something you would like to change before "
                "then?",
            ),
            "helpful": (
                "your renewal is coming up. I am happy to go through it with you, so that it fits "
                "what you need now.",
            ),
            "curious": (
                "your renewal is coming up. What should stay as it is, and what should be "
                "different?",
            ),
        },
    },
    states={
        "busy": "I know you are busy just now, so answer whenever it suits you.",
        "exploring": (
            "You mentioned that you are exploring what we offer; I am glad to show you what is "
            "worth a look."
        ),
        "stuck": "You also mentioned that you are stuck; let us start there if you like.",
        "frustrated": (
            "You also told us that you are frustrated; please tell me more, I want to understand."
        ),
        "own_words": "Thank you as well for the note you left us; I have read it.",
    },
    signals={
        "engagement": "It has been a little quieter between us lately.",
        "satisfaction": (
            "If something was not as it should be, I would rather hear it from you than guess."
        ),
        "loyalty": "Your trust means a lot to me.",
    },
    bands={
        "fragile": "Your view matters to me, even if it is critical.",
        "strong": "There is no special reason; I simply like to ask personally.",
    },
    closings={
        "warm": (
            "Whenever you have a moment, I would love to hear from you.",
            "Just reply to me directly, I read every answer myself.",
        ),
        "direct": ("One line is enough.", "A short answer helps me a lot."),
        "helpful": (
            "Shall we find ten minutes for it this week?",
            "Tell me which you prefer, a call or a message.",
        ),
        "curious": ("I am curious what you think.", "I would like to understand your view."),
    },
)
