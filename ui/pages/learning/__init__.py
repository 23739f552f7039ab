"""ui/pages/learning."""
