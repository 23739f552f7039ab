"""How staff sign in: passwords and session cookies."""
