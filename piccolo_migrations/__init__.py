"""Migrations, run in order at start under a lock; each is idempotent and written in SQL."""
