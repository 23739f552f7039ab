"""Single sign-on by OpenID Connect: Google, Entra, Keycloak and others; one provider per business.

domains    proof that the business owns an e-mail domain, needed before passwords are refused
providers  what an admin sets: issuer, client, e-mail domains, roles by claim, enforcement
discovery  the provider's endpoints and keys, read from its issuer address
flow       authorization code with PKCE, state and nonce: from the redirect to checked claims
accounts   the staff account for the claims; creates it or changes its role
"""
