"""Elements about customers, cards and scores that several pages share."""
