"""The demo: two businesses on real public data, the shop's customers, the simulation.

lantern is a gift shop with the dated orders of Online Retail, replayed through the code that scores
live data; meridian is a telephone company, imported with the same import as users have. Orders and
dates are real (`data/README.md`), names and addresses are invented (`names`).
"""
