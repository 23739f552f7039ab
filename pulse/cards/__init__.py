"""Conversation cards: when one is due, its text, its lifecycle, and learning from outcomes.

triggers, settings       pure: which causes apply to a customer under a business's rules
evidence                 the customer's state at a moment and the reasons shown on a card
admission                cooldown, hold-out, daily limit, capacity
from_scores, creation    create cards after a recalculation; one open card per customer
priority                 pure: rank of a card with its reasons
reprioritization         updates the ranks of open cards
queries, queue_queries   cards for the REST API and the queue page (statements: queue_sql)
lifecycle, transitions   pending → snoozed, dismissed, actioned → completed; audit, undo
maintenance              scheduled work: end snoozes, close stale cards
drafting                 openers: facts, prompt, model, guardrails, templates
bandit                   choice of the opener style; uplift of outreach
effects                  effect of a conversation by group of customers: rank and advice
outcomes                 statistics about delivered cards
evaluation               whether cards precede real lapses
"""
