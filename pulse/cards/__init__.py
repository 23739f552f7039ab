"""Conversation cards: when one is due, what it says, its life, and what outcomes teach.

triggers, rules       pure: which causes hold for one customer, under one business's rules
admission, history    cooldown, hold-out, the day's limit; and the past they look at
priority, reasons     pure: where a card ranks, and why, in words for the CSM
opening, queue        from a recalculation to rows; recording writes them, ranking moves them
templates, phrases    openers that can be sent as they are, in seven languages and four styles
prompt, fencing       pure: what the model is told, and how foreign text is kept from telling it
guardrails            pure: what an opener may say, whoever wrote it
drafting, writer      the durable job that asks the model; calling, breaker, budget, examples
life, steps, edits    pending → snoozed, dismissed, actioned → completed; two people, undo
proposals, upkeep     outcomes that events suggest; what happens by the clock
reading, desk         cards for the API and for the queue page; news, interventions, outreach
learning, trials      which style wins where (Thompson sampling), and what it remembers
learned, uplift       what was learned, and whether reaching out helps at all
worth, worth_report   whether cards come before customers leave, against chance and lowest-first
lapses                who ordered when and who ordered no more, for many moments at once
"""
