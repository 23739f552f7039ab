"""Several scorecards: which there are, and which one scores a customer."""
