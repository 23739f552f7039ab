"""Second factors: what proves a person's identity in addition to the password.

totp      codes of an authenticator app, each accepted once
passkeys  WebAuthn credentials, as a second factor or instead of a password
recovery  ten codes for a lost phone, each accepted once
factors   a person's factors: list, remove, reset by an admin
"""
