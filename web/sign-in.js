// Signing in: the page that invites to it, the way to the issuer, and the way back.
//
// OpenID Connect, authorization code with PKCE.

import { button, h, problemBox, title } from "./core.js";
import { Problem, ask, keep, me, refused, service, stored } from "./session.js";

const PENDING = "lectern.signing-in";

/** Shows what somebody sees who is not signed in. `problem` says why, if they were before. */
export async function show(root, problem) {
  title("Sign in");
  const path = location.pathname === "/signed-in" ? "/" : location.pathname + location.search;
  const notice = h("div", null, problem && problemBox(problem));
  const start = button("Sign in", async () => {
    try {
      await leave(path);
    } catch (trouble) {
      notice.replaceChildren(problemBox(trouble));
    }
  }, { kind: "primary large", id: "sign-in" });
  const hint = h("p", { class: "soft", id: "development" });
  root.replaceChildren(h("div", { class: "welcome" },
    notice,
    h("h1", null, "A good lesson deserves a careful reader."),
    h("p", { class: "lead" },
      "Hand in a lesson plan or a classroom video. It is proofread, put in order, and laid before the people who read it."),
    h("p", null, start),
    hint));
  const { development } = await service().catch(() => ({}));
  if (development) {
    hint.textContent = "This is a development installation on one machine: you choose an account, and no password is asked for.";
  }
}

/** Goes to the issuer's page; the person comes back to `path`. */
async function leave(path) {
  if (!globalThis.crypto?.subtle) {
    throw new Problem({
      code: "insecure-address",
      title: "This address is not secure enough to sign in",
      next_action: "Open Lectern by its https address.",
    });
  }
  const settings = await service();
  const pending = { state: randomWord(), verifier: randomWord(), path, settings };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const challenge = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier)));
  const address = new URL(settings.authorization_endpoint);
  const wish = {
    response_type: "code",
    client_id: settings.client_id,
    redirect_uri: signedInAddress(),
    scope: settings.scope,
    state: pending.state,
    code_challenge: base64url(challenge),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(wish)) address.searchParams.set(name, value);
  location.assign(address);
}

/** The issuer has sent the person back: trades the code for tokens and says where they came from. */
export async function finish(query) {
  const pending = stored(PENDING);
  sessionStorage.removeItem(PENDING);
  if (query.has("error")) throw refused(query.get("error"), query.get("error_description"));
  if (!pending?.settings || !query.get("code") || query.get("state") !== pending.state) {
    throw new Problem({
      code: "sign-in-stale",
      title: "This sign-in was not begun here, or it was used already",
      next_action: "Begin again with the button below.",
    });
  }
  const { settings, verifier, path } = pending;
  const tokens = await ask(settings, {
    grant_type: "authorization_code",
    code: query.get("code"),
    redirect_uri: signedInAddress(),
    code_verifier: verifier,
  });
  keep({ ...tokens, settings });
  try {
    await me();
  } catch (problem) {
    keep(null);
    throw problem;
  }
  return path;
}

const signedInAddress = () => `${location.origin}/signed-in`;
const randomWord = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
