"""Which opener style is chosen, and whether outreach helps at all."""
