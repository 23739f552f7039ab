"""An example package for Pulse; README.md beside it says how to install it.

best_customers  a view: table, chart, live counter
weekend_share   a metric kind: share of events on a weekend
thank_you       a card trigger: a customer became strong after having been fragile
text_message    a channel: a card is delivered as a text message
"""
