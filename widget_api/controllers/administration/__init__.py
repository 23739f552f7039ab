"""What admins set through the API: single sign-on, roles, retention periods."""
