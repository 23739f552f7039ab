"""The model card of a scorecard version as one HTML file."""
