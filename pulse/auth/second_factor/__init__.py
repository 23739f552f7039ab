"""What proves who signs in beside the password.

totp      codes of an authenticator app, each taken once
passkeys  WebAuthn credentials, as a second factor and instead of a password
recovery  ten codes for a lost telephone, each taken once
factors   what somebody has; removing, and an admin's reset
"""
