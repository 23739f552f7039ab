"""The scorecard page and its parts."""
