"""The embedded PostgreSQL from a wheel, and the watchdog that stops it with Pulse."""
