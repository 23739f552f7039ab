"""The evidence of a card: the customer at a moment, and the sentences with the reasons."""
