// A real, certified OpenID provider on loopback, with a few people in it:
//   node provider.js PORT REDIRECT_URI
// Its own pages for signing in take any password. It says "ready" when it listens.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The packages lie in a folder of their own, outside the repository.
const require = createRequire(process.env.PACKAGES + "/");
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);

const [port, redirect] = process.argv.slice(2);
const people = {
  dana: { email: "dana.reyes@st-mary.example", email_verified: true, name: "Dana Reyes" },
  unverified: { email: "priya.nair@acme-cloud.example", email_verified: false, name: "Priya" },
  newcomer: {
    email: "nadia.new@st-mary.example", email_verified: true, name: "Nadia New",
    groups: ["it-staff"],
  },
  stranger: { email: "stranger@else.example", email_verified: true, name: "Stranger" },
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "catenary",
    client_secret: "a-secret-of-the-tests-and-of-nobody-else",
    redirect_uris: [redirect],
    token_endpoint_auth_method: "client_secret_post",
  }],
  claims: {
    openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"],
  },
  scopes: ["openid", "email", "profile", "groups"],
  pkce: { required: () => true },
  cookies: { keys: ["only-for-tests"] },
  async findAccount(context, id) {
    return { accountId: id, claims: async () => ({ sub: id, ...people[id] }) };
  },
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
