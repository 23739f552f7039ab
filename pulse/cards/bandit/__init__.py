"""Choice of the opener style, and measurement of whether outreach helps."""
