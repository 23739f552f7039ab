"""Parts shared by several pages that know customers, cards and scores."""
