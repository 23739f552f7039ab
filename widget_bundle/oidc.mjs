// A real OpenID Connect provider for the tests of sign-in (`node oidc.mjs OPTIONS`, JSON):
// {port, client_id, client_secret, redirect_uri, accounts: {login: {email, email_verified, …}}}.
// Whoever signs in types their login and any password. Claims come from the userinfo endpoint only.
import Provider from "oidc-provider";

const options = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${options.port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: options.client_id,
      client_secret: options.client_secret,
      redirect_uris: [options.redirect_uri],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  findAccount: (_, id) =>
    options.accounts[id] && {
      accountId: id,
      claims: () => ({ sub: id, ...options.accounts[id] }),
    },
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
});
provider.listen(options.port, "localhost", () => console.log(`ready ${issuer}`));
