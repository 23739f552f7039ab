"""The isolation walk: every way in × every principal × ids of others; see docs/reliability.md."""
