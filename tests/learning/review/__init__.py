"""Reviews of the published scorecard."""
