"""Do cards come before customers really leave? Measured on past data."""
