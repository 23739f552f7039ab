"""LightGBM trees, converted to the additive tables of a scorecard."""
