"""The churn page and its parts."""
