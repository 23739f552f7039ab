"""Who may do what: roles, scopes, customer tokens, API keys, passwords, staff sessions."""
