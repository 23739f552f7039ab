"""Pulse: a customer identity intelligence platform with a widget and a dashboard.

Packages, from the top layer down (docs/tour.md follows three examples through them):

cli, server     commands; the one ASGI application and its lifespan
demo            demo businesses on real data, the shop, the simulation
imports         uploads, preview, import, undo, export of customer lists
workflows       one function per thing that can happen: data in, score, snapshot, milestones, cards
cards           triggers, openers, lifecycle, queue, bandit, evaluation
contexts        contexts that customers share, and the state of their widget
milestones      milestones, celebrations, wrapped
segments        segments by rule and discovered clusters
learning        scorecards learned from outcomes, the churn model, back-tests, model cards
scoring         metrics, scorecard, factors, bands, snapshots, history
customers       profiles, the customer list, events, notes, privacy
tabular         read table files of any layout as typed rows
webhooks        signed messages to other systems
jobs, live      durable jobs; live updates to open pages
auth            businesses, staff, sign-in, roles, tokens, keys, audit
events          the publisher of domain events: audit, webhooks and live pages subscribe
db, tables      PostgreSQL, the transaction of one business, the schema
"""
