"""Conversation cards: when one is due, what it says, its life, and what outcomes teach.

triggers, rules     pure: which causes hold for one customer, under one business's rules
admission           pure: cooldown, hold-out, rate limit over many candidates
priority, reasons   pure: where a card ranks, and why, in words for the CSM
templates           openers that can be sent as they are, in seven languages and four styles
prompt, guardrails  pure: what the model is told, and what it may answer
writer, budget      the model, with every way it can fail ending in the template
learning            which style wins where (Thompson sampling), uplift against a hold-out
queue, life         cards in the database: opened, worked, closed, undone
"""
