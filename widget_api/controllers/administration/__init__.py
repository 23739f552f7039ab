"""What admins set over the API: single sign-on, roles, how long data is kept."""
