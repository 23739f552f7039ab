"""The churn model beside the score, and the evaluation of both."""
