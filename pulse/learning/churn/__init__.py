"""The churn model kept beside identity strength, and the honest evaluation of both."""
