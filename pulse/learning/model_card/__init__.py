"""pulse/learning/model_card."""
