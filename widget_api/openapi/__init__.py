"""The OpenAPI document: examples, errors, and its page."""
