"""Unusual files: each known problem, created here so that its purpose is visible."""
