"""Pulse: customer identity intelligence with two sides, the widget and the dashboard.

Packages, from the top layer down (docs/tour.md follows three stories through them):

cli, server     commands; the one ASGI application and its lifespan
demo            demo businesses on real data, the shop, the simulation
imports         uploads, preview, import, undo, export of customer lists
workflows       what can happen, one function each: data in, score, snapshot, milestones, cards
cards           triggers, openers, lifecycle, queue, bandit, evaluation
contexts        what customers say about themselves, and what their widget shows
milestones      milestones, celebrations, the look back
segments        segments by rule and discovered clusters
learning        scorecards learned from outcomes, the churn model, back-tests, model cards
scoring         metrics, scorecard, factors, bands, snapshots, history
customers       who they are, their list, events, notes, privacy
tabular         files of any layout to typed rows
webhooks        signed messages to other systems
jobs, live      durable jobs; live updates to open pages
auth            businesses, staff, sign-in, roles, tokens, keys, audit
events          the publisher of domain events: audit, webhooks and live pages subscribe
db, tables      PostgreSQL, the transaction of one business, the schema
"""
