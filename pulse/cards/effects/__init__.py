"""The effect of a conversation on the chance to come back, by group of customers."""
