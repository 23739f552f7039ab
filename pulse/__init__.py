"""Pulse, room by room (docs/tour.md walks through them).

loop        the product on one page: data in, recalculation, snapshot, erosion, card, live
cards       when a conversation is due, its opener, its life, and what outcomes teach
contexts    what customers say about themselves
identity    metrics, scorecard, factors, bands, changes, milestones: the score
churn       the LightGBM model kept beside the score, and the evaluation of both
customers   who they are, how their data comes in and goes out
webhooks    telling other systems, signed
live        every change to every open page within two seconds
jobs        work that survives a crash
access      who may do what: roles, tokens, keys, sessions
database    the embedded PostgreSQL, the pool, and the only door to tenant data
tables      the schema
demo        two businesses on real data, the shop, the simulation
"""
