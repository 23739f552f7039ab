"""How a conversation changes the chance to come back, by groups of customers."""
