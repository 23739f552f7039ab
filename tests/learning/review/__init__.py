"""Reviews of the scorecard in force."""
