"""Single sign-on by OpenID Connect: Google, Entra, Keycloak and others, one provider a business.

domains    proof that an e-mail domain is the business's own, before passwords are refused
providers  what an admin sets: issuer, client, e-mail domains, roles by claim, enforcement
discovery  the provider's endpoints and keys, read from its issuer address
flow       authorization code with PKCE, state and nonce: from the redirect to checked claims
accounts   whose account the claims are, made or given another role where they say so
"""
