"""The demo: two businesses on real public data, the shop's customers, the simulation.

lantern is a gift shop with the dated orders of Online Retail, replayed through the code that
scores live data; meridian is a telephone company, brought in by the same import users have.
Orders and dates are real (`data/README.md`), names and addresses are made up (`names`).
"""
