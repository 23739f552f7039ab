"""What a card stands on: the customer as of a moment, and the sentences that say why."""
