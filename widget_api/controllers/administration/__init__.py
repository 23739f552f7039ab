"""Settings that admins change over the API: single sign-on, roles, retention periods."""
