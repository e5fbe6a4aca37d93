// Who is signed in, and asking the API in their name.
//
// Tokens live in sessionStorage only: they end with the tab, and no other tab, page or host reads them. What the API says of
// the person is kept beside them, so that a reload does not ask again. How they are got is in sign-in.js.

const STORE = "lectern.session";
/// A token is renewed this long before its end, in ms: a request under way must not outlive it.
const RENEW_BEFORE_MS = 60_000;
/// How often an answer of "come again later" is waited for before it is shown.
const WAITS_MAX = 4;
/// Longest `Retry-After` that is waited for, in seconds.
const RETRY_AFTER_SECONDS_MAX = 30;
/// A long poll waits this many seconds, the API's own limit.
const POLL_SECONDS = 20;
/// Unchanged answers that come at once are asked for no more often than this, in ms.
const POLL_EVERY_MS_MIN = 1_000;
/// First and longest pause between two polls that fail, in ms.
const BACKOFF_MS_MIN = 1_000;
const BACKOFF_MS_MAX = 30_000;

/** What went wrong, as the API says it (RFC 9457) or as the page knows it. */
export class Problem extends Error {
  constructor({ status = 0, code, title, detail, next_action }) {
    super(title);
    Object.assign(this, { name: "Problem", status, code, title, detail, next_action });
  }

  /** Whether asking again may help. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const unreachable = () => new Problem({
  code: "unreachable",
  title: navigator.onLine === false ? "This computer is offline" : "Lectern cannot be reached",
  detail: "Nothing that you did is lost.",
  next_action: "Check the connection and try again.",
});

const signInRequired = () => new Problem({
  status: 401,
  code: "sign-in-required",
  title: "Your sign-in has expired",
  next_action: "Sign in again; you will come back to this page.",
});

let session = stored(STORE);
let settings = session?.settings;

/** What sessionStorage has under this name, or null. */
export function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Whom the pages act for from now on, as `{access, refresh, until, settings, me}`, or null for nobody. */
export function keep(next) {
  session = next;
  settings = next?.settings ?? settings;
  if (next) sessionStorage.setItem(STORE, JSON.stringify(next));
  else sessionStorage.removeItem(STORE);
}

export const signedIn = () => session !== null;

/** `GET /api/sign-in`: the issuer, the limits and the file types. */
export async function service() {
  settings ??= await answerOf(await send("/api/sign-in", {}));
  return settings;
}

/** `{subject, username, school, roles}`, or null if nobody is signed in. */
export async function me() {
  if (!session) return null;
  if (!session.me) keep({ ...session, me: await api("/api/me") });
  return session.me;
}

/**
 * Forgets the tokens here, has the issuer take the refresh token back (RFC 7009), so that a copy of it is worth nothing, and
 * goes where the issuer ends its own session (RP-Initiated Logout 1.0), each if it has such a place.
 * No token goes along: an address is kept in histories and logs, so the issuer may ask whether it is meant.
 */
export async function signOut() {
  const { end_session_endpoint, revocation_endpoint, client_id } = session?.settings ?? {};
  if (revocation_endpoint && session.refresh) {
    const body = new URLSearchParams({ token: session.refresh, token_type_hint: "refresh_token", client_id });
    // It goes on while the page is left. Nobody reads the answer, and people are signed out here without one.
    const sent = { method: "POST", body, mode: "no-cors", credentials: "omit", keepalive: true };
    fetch(revocation_endpoint, sent).catch(() => {});
  }
  keep(null);
  if (!end_session_endpoint) return location.assign("/");
  const address = new URL(end_session_endpoint);
  const back = `${location.origin}/`;
  // Cognito announces such a place too, but has a name of its own for the way back; others pass over what they do not know.
  for (const [name, value] of [["client_id", client_id], ["post_logout_redirect_uri", back], ["logout_uri", back]]) {
    address.searchParams.set(name, value);
  }
  location.assign(address);
}

/** The issuer's refusal in words (RFC 6749, 4.1.2.1 and 5.2). */
export function refused(word, description) {
  const said = {
    access_denied: "The sign-in was called off",
    temporarily_unavailable: "The sign-in service is not available just now",
    server_error: "The sign-in service has a fault",
  };
  return new Problem({
    code: "sign-in-refused",
    title: said[word] ?? "The sign-in service refused the request",
    detail: description ?? undefined,
    next_action: "Begin again with the button below.",
  });
}

/** Asks the issuer for tokens. */
export async function ask({ token_endpoint, client_id }, fields) {
  let response;
  try {
    response = await fetch(token_endpoint, {
      method: "POST",
      body: new URLSearchParams({ client_id, ...fields }),
      credentials: "omit",
    });
  } catch {
    throw unreachable();
  }
  const body = await response.json().catch(() => ({}));
  if (response.status >= 500 || response.status === 429) throw unreachable();
  if (!response.ok) throw refused(body.error, body.error_description);
  return {
    access: body.access_token,
    // An issuer that does not rotate refresh tokens sends none with a renewal.
    refresh: body.refresh_token ?? session?.refresh,
    until: Date.now() + (body.expires_in ?? 3600) * 1000,
  };
}

let renewal = null;

/** Renews the token, once for everybody who asks at the same time. */
function renew() {
  renewal ??= (async () => {
    const before = session;
    try {
      if (!before?.refresh) throw signInRequired();
      const tokens = await ask(before.settings, { grant_type: "refresh_token", refresh_token: before.refresh });
      if (session === before) keep({ ...tokens, settings: before.settings, me: before.me });
    } catch (problem) {
      if (problem.code === "unreachable") throw problem;
      keep(null);
      const expired = signInRequired();
      dispatchEvent(new CustomEvent("lectern:signed-out", { detail: expired }));
      throw expired;
    } finally {
      renewal = null;
    }
  })();
  return renewal;
}

// Asking the API

/**
 * Asks the API and returns its JSON, or the Response if `raw`. A `body` is sent as JSON. An expired sign-in is renewed
 * once, "later" is waited for; everything else that is not a success is thrown as a Problem.
 */
export async function api(path, { method = "GET", body, signal, headers, raw = false } = {}) {
  // 429 says that nothing was done; 503 does not, and only what may be done twice is asked again.
  const repeatable = method !== "POST";
  let renewed = false;
  for (let waits = 0; ; ) {
    if (!session) throw signInRequired();
    if (session.until - Date.now() < RENEW_BEFORE_MS) await renew();
    const used = session.access;
    const response = await send(path, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${used}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.status === 401 && !renewed) {
      renewed = true;
      if (session?.access === used) await renew();
      continue;
    }
    const later = response.status === 429 || (response.status === 503 && repeatable);
    if (later && waits < WAITS_MAX) {
      waits += 1;
      const seconds = Number(response.headers.get("retry-after")) || waits;
      await pause(Math.min(seconds, RETRY_AFTER_SECONDS_MAX) * 1000 * (1 + Math.random() / 4), signal);
      continue;
    }
    return raw && (response.ok || response.status === 304) ? response : answerOf(response);
  }
}

async function send(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable();
  }
}

async function answerOf(response) {
  const isJson = /[/+]json/.test(response.headers.get("content-type") ?? "");
  if (response.ok) return response.status === 204 ? null : isJson ? response.json() : response.text();
  const said = isJson ? await response.json().catch(() => ({})) : {};
  throw new Problem({
    code: "unexpected",
    title: "Lectern gave an answer that this page does not understand",
    next_action: "Try again in a moment.",
    ...said,
    status: response.status,
  });
}

/** Lets time pass; ends at once, with an AbortError, when the person leaves. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(done, ms);
    const left = () => { clearTimeout(timer); reject(signal.reason); };
    function done() { signal?.removeEventListener("abort", left); resolve(); }
    signal?.addEventListener("abort", left, { once: true });
  });
}

/** A pause before try number `tries` (from 1): doubled each time, anywhere within it, so that many do not come at once. */
export const backoff = (tries, min = BACKOFF_MS_MIN, max = BACKOFF_MS_MAX) =>
  Math.min(max, min * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);

/**
 * Asks for `path` and calls `onChange(answer)` with what it is and with every change, until `signal` ends it.
 * Whoever has an answer already gives its `mark`, and hears of changes only.
 * A lost connection is waited for; a problem that does not pass ends it and goes to `onProblem`.
 */
export async function follow(path, onChange, signal, onProblem = () => {}, mark = undefined) {
  const marked = (answer) => answer.fingerprint ?? answer.version;
  const joined = path.includes("?") ? "&" : "?";
  let failures = 0;
  while (!signal?.aborted) {
    try {
      await shown(signal);
      const asked = Date.now();
      const wait = mark === undefined ? "" : `${joined}wait=${POLL_SECONDS}&since=${encodeURIComponent(mark)}`;
      const answer = await api(path + wait, { signal });
      failures = 0;
      connection(true);
      if (marked(answer) !== mark) {
        mark = marked(answer);
        await onChange(answer);
      } else if (Date.now() - asked < POLL_EVERY_MS_MIN) {
        await pause(POLL_EVERY_MS_MIN, signal);
      }
    } catch (problem) {
      if (signal?.aborted) return;
      if (!(problem instanceof Problem)) throw problem;
      if (!problem.passing) return onProblem(problem);
      failures += 1;
      connection(false);
      await Promise.race([pause(backoff(failures), signal), online(signal)]).catch(() => {});
    }
  }
}

/** A page that nobody looks at does not ask. */
function shown(signal) {
  if (document.visibilityState !== "hidden") return undefined;
  return happened(document, "visibilitychange", signal);
}

const online = (signal) => happened(window, "online", signal);

function happened(target, name, signal) {
  return new Promise((resolve, reject) => {
    target.addEventListener(name, resolve, { once: true, signal });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Says that the connection is lost, or nothing. */
export function connection(there) {
  const line = document.getElementById("connection");
  if (line.hidden === there) return;
  line.hidden = there;
  line.textContent = there ? "" : "The connection is lost. What you see may be old; Lectern keeps trying.";
}

// The browser often knows before a request fails.
addEventListener("offline", () => connection(false));
addEventListener("online", () => connection(true));
