"""Repository checks beyond linters: sizes, structure, tenancy, raw SQL."""
