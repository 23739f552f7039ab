"""Authentication and authorisation of staff, customers and programs.

Roles, scopes, customer tokens, API keys, passwords and staff sessions.
"""
