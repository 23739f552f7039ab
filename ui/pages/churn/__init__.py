"""ui/pages/churn."""
