"""The list of customers: search, filter, sort, keyset pages."""
