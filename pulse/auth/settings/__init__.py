"""Settings of a business and of a member of staff."""
