"""The churn model, and the evaluation of it and of identity strength."""
