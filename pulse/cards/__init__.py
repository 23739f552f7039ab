"""Conversation cards: when one is due, what it says, its lifecycle, and what outcomes teach.

triggers, settings    pure: which causes hold for one customer, under one business's rules
evidence              what a card stands on: the customer as of a moment, and the reasons
admission             cooldown, hold-out, daily limit, capacity
from_scores, creation from a recalculation to rows; one open card a person
priority              pure: where a card ranks, with the reasons; reprioritization moves open cards
queries, queue_queries cards as the API and the queue page read them; queue_sql: the statements
lifecycle, transitions pending → snoozed, dismissed, actioned → completed; revisions, audit, undo
maintenance           schedules: snoozed cards wake, stale cards close
drafting              openers: facts, prompt, model, guardrails, templates
bandit                which opener style is chosen; uplift of outreach
outcomes              figures about delivered cards
evaluation            do cards come before customers leave?
"""
