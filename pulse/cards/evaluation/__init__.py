"""Whether cards precede real lapses, measured on past data."""
