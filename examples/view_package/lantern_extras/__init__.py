"""An example package for Pulse: `pip install ./examples/view_package` beside Pulse, and restart.

big_spenders   a view: table, chart, live counter
weekend_share  a metric kind: which share of events fell on a weekend
thank_you      a card trigger: somebody became strong after having been fragile
"""
