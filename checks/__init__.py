"""House rules that no linter knows: sizes, docstrings, languages, the one door to tenant data."""
