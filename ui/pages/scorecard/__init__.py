"""ui/pages/scorecard."""
