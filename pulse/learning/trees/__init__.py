"""LightGBM trees, collapsed into the additive tables of a scorecard."""
