"""The database schema as Piccolo tables, without logic. Migrations create it."""
