"""pulse/auth/sign_in."""
