"""Staff sign-in: passwords, session cookies and further steps."""
