"""Rules that no linter knows: sizes, structure, tenancy, raw SQL."""
