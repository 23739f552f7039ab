"""The isolation walk: every entry point × principal × ids of others; see docs/reliability.md."""
