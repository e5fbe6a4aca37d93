// What every page is made of: elements, the frame and the way from one page to the next, the parts that look the same
// everywhere, and the words for things.
//
// Everything that came from outside becomes a text node: there is no way here to turn a string into markup. With session.js
// it is all that is loaded before a page: two files instead of many small ones, because each costs a request.

import { Problem, api, me, signOut, signedIn } from "./session.js";

export { Problem, api, backoff, connection, follow, me, pause, service } from "./session.js";

// Elements

const SVG = "http://www.w3.org/2000/svg";
const ADDRESSES = new Set(["href", "src", "action", "poster"]);
const SAFE_SCHEMES = new Set(["http:", "https:", "blob:", "data:"]);

/**
 * Builds an element. Strings among the children become text; null, undefined and false are passed over; lists are
 * flattened. Of the properties, functions named on… listen, `dataset` and `style` are objects, `true` sets an empty
 * attribute, and null, undefined and false set none.
 */
export const h = (tag, props, ...children) => build(document.createElement(tag), props, children);

/** The same for SVG. */
export const svg = (tag, props, ...children) => build(document.createElementNS(SVG, tag), props, children);

function build(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) give(element, name, value);
  const there = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  element.append(...there.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

function give(element, name, value) {
  if (typeof value === "function" && name.startsWith("on")) {
    element.addEventListener(name.slice(2).toLowerCase(), value);
  } else if (name === "dataset") {
    Object.assign(element.dataset, value);
  } else if (name === "style") {
    for (const [property, set] of Object.entries(value)) element.style.setProperty(property, set);
  } else if (name === "value") {
    element.value = value ?? "";
  } else if (value === null || value === undefined || value === false) {
    // `aria-…="false"` says something; no attribute says that there is nothing to say.
    if (value === false && name.startsWith("aria-")) element.setAttribute(name, "false");
  } else {
    if (ADDRESSES.has(name) && !SAFE_SCHEMES.has(new URL(value, location.href).protocol)) return;
    element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
}

const ICONS = {
  alert: "M12 8v5m0 3.2v.3M12 3 2.5 20h19z",
  arrow: "M5 12h14m-6-6 6 6-6 6",
  back: "M19 12H5m6-6-6 6 6 6",
  check: "m4.5 12.5 5 5 10-11",
  clock: "M12 7v5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0",
  close: "m6 6 12 12M18 6 6 18",
  download: "M12 4v11m-5-4.5 5 5 5-5M4 20h16",
  film: "M3 5h18v14H3zM8 5v14m8-14v14M3 9.7h5m8 0h5M3 14.3h5m8 0h5",
  page: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6m-6 4h6",
  pause: "M8.5 5v14m7-14v14",
  play: "M7 4.5v15l12-7.5z",
  plus: "M12 5v14M5 12h14",
  print: "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
  retry: "M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 3.5v5h5",
  search: "M16 16l5 5M18 10.5a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0",
  trash: "M4 6h16M9 6V3.5h6V6m-8.500 0 1 14.500h9l1-14.500M10 10v7m4-7v7",
  upload: "M12 16V4m-5 5 5-5 5 5M4 20h16",
};

/** A small drawing beside words; it says nothing by itself. */
export const icon = (name) =>
  svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));

/** A button. `kind` is "primary", "quiet" or "danger"; without it, plain. */
export const button = (text, onclick, { kind = "", icon: name, ...props } = {}) =>
  h("button", { type: "button", class: `button ${kind}`, onclick, ...props }, name && icon(name), text);

// Routes

/// A page that answers within this time shows no spinner, in ms.
const SPINNER_AFTER_MS = 250;

const ROUTES = [
  { path: "/", roles: ["teacher"], load: () => import("./teacher/hand-in.js") },
  { path: "/documents", roles: ["teacher"], load: () => import("./teacher/documents.js") },
  { path: "/documents/:id", roles: ["teacher", "evaluator", "operator"], load: () => import("./teacher/document.js") },
  { path: "/reading", roles: ["evaluator", "operator"], load: () => import("./reading/list.js") },
  { path: "/reading/:id", roles: ["teacher", "evaluator", "operator"], load: () => import("./reading/document.js") },
  { path: "/operations", roles: ["operator"], load: () => import("./operations/overview.js") },
];

const LINKS = [
  { path: "/", label: "Hand in", roles: ["teacher"] },
  { path: "/documents", label: "My documents", roles: ["teacher"] },
  { path: "/reading", label: "Reading room", roles: ["evaluator"] },
  { path: "/operations", label: "Operations", roles: ["operator"] },
];

const main = document.getElementById("main");
let leaving = new AbortController();

/** Shows what the address names. `moved` is false for the page that the browser itself has just opened. */
async function route(moved) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  if (location.pathname === "/signed-in") return comeBack();
  if (!signedIn()) return welcome();
  try {
    const person = await me();
    if (signal.aborted) return;
    header(person);
    await page(person, signal);
  } catch (problem) {
    if (signal.aborted) return;
    if (problem.code === "sign-in-required") return welcome(problem);
    const heading = problem.status === 404 ? "Nothing to be seen here" : "This page cannot be shown";
    title(heading);
    main.replaceChildren(pageHead(heading), problemBox(problem, () => route(true)));
  }
  if (moved && !signal.aborted) arrive();
}

async function page(person, signal) {
  const { pathname } = location;
  const found = ROUTES.map((route) => [route, match(route.path, pathname)]).find(([, params]) => params);
  if (!found) return nothingHere();
  const [{ roles, load }, params] = found;
  if (!roles.some((role) => person.roles.includes(role))) {
    const first = LINKS.find((link) => link.roles.some((role) => person.roles.includes(role)));
    if (pathname !== "/" || !first) return notForYou(roles);
    history.replaceState(null, "", first.path);
    return route(false);
  }
  const root = h("div", { class: "page" });
  const waiting = setTimeout(() => main.replaceChildren(spinner()), SPINNER_AFTER_MS);
  // A page that was left may never be ready.
  signal.addEventListener("abort", () => clearTimeout(waiting), { once: true });
  // A page puts itself together before it is seen; what it learns later it adds itself.
  try {
    const module = await load().catch((error) => { throw unloaded(error); });
    if (signal.aborted) return;
    await module.show(root, { params, query: new URLSearchParams(location.search), signal });
  } finally {
    clearTimeout(waiting);
  }
  if (!signal.aborted) main.replaceChildren(root);
}

/** The parameters of a path, or null if it is another one. */
function match(pattern, path) {
  const names = [];
  const shape = pattern.replace(/:(\w+)/g, (_, name) => { names.push(name); return "([^/]+)"; });
  const found = new RegExp(`^${shape}/?$`).exec(path);
  return found && Object.fromEntries(names.map((name, place) => [name, decodeURIComponent(found[place + 1])]));
}

function unloaded(error) {
  console.error(error);
  return new Problem({
    code: "page-unloaded",
    title: "This page could not be loaded",
    next_action: "Check the connection and try again.",
  });
}

/** After a move inside Lectern: to the top, and a screen reader hears where it is. */
function arrive() {
  scrollTo(0, 0);
  const heading = main.querySelector("h1");
  if (!heading) return announce(document.title);
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

async function comeBack() {
  main.replaceChildren(spinner("Signing you in"));
  const query = new URLSearchParams(location.search);
  history.replaceState(null, "", "/signed-in");
  try {
    const { finish } = await import("./sign-in.js");
    const path = await finish(query);
    history.replaceState(null, "", path);
    route(false);
  } catch (problem) {
    history.replaceState(null, "", "/");
    welcome(problem);
  }
}

async function welcome(problem) {
  header(null);
  try {
    const page = await import("./sign-in.js").catch((error) => { throw unloaded(error); });
    await page.show(main, problem);
  } catch (trouble) {
    main.replaceChildren(problemBox(trouble, () => welcome(problem)));
  }
}

// The frame

const mark = () => svg("svg", { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true" },
  svg("path", { d: "M5 9.500 27 5.500v10L5 19.500zM16 17.500v8M10 27h12" }));

function header(person) {
  const links = LINKS.filter((link) => link.roles.some((role) => person?.roles.includes(role)));
  const here = (path) => location.pathname === path || (path !== "/" && location.pathname.startsWith(`${path}/`));
  document.getElementById("header").replaceChildren(
    h("a", { class: "brand", href: "/" }, mark(), "Lectern"),
    ...(person ? [h("nav", { class: "nav", "aria-label": "Pages" }, links.map(({ path, label }) =>
      h("a", { href: path, "aria-current": here(path) ? "page" : null }, label))),
    h("div", { class: "person" },
      h("span", { class: "person-name" }, person.username ?? "Signed in"),
      h("span", { class: "person-school" }, person.school),
      button("Sign out", leave, { kind: "quiet" }))] : []));
}

const pageHead = (heading, text) =>
  h("div", { class: "page-head" }, h("h1", null, heading), text && h("p", { class: "lead" }, text));

function elsewhere(heading, text) {
  title(heading);
  main.replaceChildren(pageHead(heading, text), h("a", { class: "button", href: "/" }, "Go to the first page"));
}

const nothingHere = () => elsewhere("There is nothing at this address", "It may have been mistyped, or moved.");

const notForYou = (roles) => elsewhere("This page is not for your account",
  `It is for people with the role ${roles.join(" or ")}. Whoever manages the accounts can give it to you.`);

// Going from page to page

/** Goes to a page of Lectern. */
export function go(path) {
  history.pushState(null, "", path);
  route(true);
}

/** Writes what is being looked at into the address, without a new entry in the history; empty values are left out. */
export function replaceQuery(params) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value));
  history.replaceState(history.state, "", location.pathname + (query.size ? `?${query}` : "") + location.hash);
}

/** The page's title, in the tab and in the history. */
export const title = (text) => { document.title = text ? `${text} · Lectern` : "Lectern"; };

const sheets = new Map();

/** Loads a page's own style sheet, once. */
export function stylesheet(path) {
  if (!sheets.has(path)) {
    sheets.set(path, new Promise((resolve) => {
      document.head.append(h("link", { rel: "stylesheet", href: path, onload: resolve, onerror: resolve }));
    }));
  }
  return sheets.get(path);
}

/// How long a browser may take to see that an address is to be saved and not to be gone to, in ms.
const SAVING_MS = 2_000;
let saving = false;
const reasonsToStay = new Set();

/** `reason()` says in a sentence why the page should stay open, or nothing. */
export const stayFor = (reason) => reasonsToStay.add(reason);

const whyStay = () => [...reasonsToStay].map((reason) => reason()).find(Boolean);

addEventListener("beforeunload", (event) => {
  if (!saving && whyStay()) event.preventDefault();
});

/** Signs out, after a question if something is under way. */
async function leave() {
  const why = whyStay();
  if (why) {
    const answer = await dialog({
      title: "Sign out now?",
      body: why,
      actions: [{ label: "Stay", value: "stay" }, { label: "Sign out", value: "leave", kind: "danger" }],
    });
    if (answer !== "leave") return;
    reasonsToStay.clear();
  }
  await signOut();
}

/** Saves a file: `path` answers with an address that lives for a short while. Being an attachment, it opens no page. */
export async function save(path) {
  const { url } = await api(path);
  saving = true;
  h("a", { href: url, rel: "noreferrer", download: "" }).click();
  setTimeout(() => { saving = false; }, SAVING_MS);
}

// What looks the same everywhere

/** A problem in words, with what to do; `retry` adds a button. */
export function problemBox(problem, retry) {
  const known = problem instanceof Problem;
  if (!known) console.error(problem);
  return h("section", { class: "problem", role: "alert" },
    icon("alert"),
    h("div", null,
      h("h2", null, known ? problem.title : "This page has a fault"),
      known && problem.detail && h("p", null, sentence(problem.detail)),
      h("p", null, known ? problem.next_action : "Load the page again; if it stays, tell the operator."),
      retry && button("Try again", retry, { icon: "retry" })));
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

/** What a list shows when there is nothing in it. `action` is an element. */
export const emptyState = (heading, text, action) =>
  h("section", { class: "empty" }, h("h2", null, heading), h("p", null, text), action);

/** Says that something is on its way; seen only if it takes a moment. */
export const spinner = (label = "Loading") =>
  h("p", { class: "spinner", role: "status" }, h("span", { class: "spinner-wheel", "aria-hidden": "true" }), label);

/**
 * A question in front of the page. `body` is text or an element; the answer is the chosen action's `value`, or null if
 * the person closed it. Focus goes to the first action, so put the harmless one first.
 */
export function dialog({ title: heading, body, actions }) {
  return new Promise((resolve) => {
    const id = `dialog-${crypto.randomUUID()}`;
    const box = h("dialog", { class: "dialog", "aria-labelledby": id, onclose: () => finish(null) },
      h("h2", { id }, heading),
      typeof body === "string" ? h("p", null, body) : body,
      h("div", { class: "actions" }, actions.map(({ label, value, kind }) =>
        button(label, () => finish(value), { kind }))));
    function finish(value) {
      box.remove();
      resolve(value);
    }
    document.body.append(box);
    box.showModal();
    box.querySelector(".actions button")?.focus();
  });
}

/** Has a screen reader say something, when it has finished what it says. */
export function announce(text) {
  const place = document.getElementById("announcer");
  place.textContent = "";
  // A change is read, and only a change: the same words again would not be one.
  setTimeout(() => { place.textContent = text; }, 50);
}

// Words

const STATUSES = {
  uploading: ["Uploading", "moving"],
  queued: ["Waiting", "moving"],
  transferring: ["Being sent", "moving"],
  processing: ["Proofreading", "moving"],
  returned: ["Finishing", "moving"],
  ready: ["Ready", "good"],
  rejected: ["Not taken", "bad"],
  failed: ["Failed", "bad"],
  superseded: ["Replaced", "over"],
  deleted: ["Deleted", "over"],
};

const FINAL = new Set(["ready", "rejected", "failed", "superseded", "deleted"]);

/** Whether a status is one that a document stays in. */
export const isFinal = (status) => FINAL.has(status);

/** The word for a status. */
export const statusWord = (status) => STATUSES[status]?.[0] ?? status;

/** A status as a word with a mark. */
export function statusBadge(status) {
  return h("span", { class: `badge ${STATUSES[status]?.[1] ?? "over"}`, dataset: { status } }, statusWord(status));
}

/** A file's name, which may be long and without a space: it breaks where a reader would break it. */
export const fileName = (name) => h("span", { class: "name" }, name.split(/(?<=[_-])/).flatMap((part) => [part, h("wbr")]));

/** The word for a kind. */
export const kindWord = (kind) => (kind === "video" ? "Video" : "Lesson plan");

/** Where a document stands, in plain words: "With the proofreader since 10:04, expected by 12:04". */
export function plainStatus(document) {
  const { status, status_at, failure, receipt, upload } = document;
  const since = time(status_at);
  const why = failure?.message ?? "";
  switch (status) {
    case "uploading":
      return upload?.completed ? `Here since ${since}, being looked at` : `Upload begun at ${since}, not finished`;
    case "queued": return `Waiting for its turn since ${since}`;
    case "transferring": return `On its way to the proofreader since ${since}`;
    case "processing": return `With the proofreader since ${since}${expected(document)}`;
    case "returned": return `Back from the proofreader at ${since}, being made ready to read`;
    case "ready": return `Ready to be read since ${since}`;
    case "rejected": return `Not taken. ${why}`.trim();
    case "failed": return `Could not be finished. ${why}`.trim();
    case "superseded": return `A newer version took its place at ${since}`;
    case "deleted": return receipt ? `Deleted; all of it was gone at ${time(receipt.at)}` : "Deleted; all of it is being removed";
    default: return status;
  }
}

/** ", expected by 12:04", as far as it is known. */
export function expected({ status, deadline }) {
  if (!deadline || isFinal(status)) return "";
  return new Date(deadline) > new Date() ? `, expected by ${time(deadline)}` : ", later than expected; it is being asked after";
}

const language = /^en\b/i.test(navigator.language) ? navigator.language : "en-GB";
const format = (options) => new Intl.DateTimeFormat(language, options);
const DAY = format({ day: "numeric", month: "long", year: "numeric" });
const DAY_SHORT = format({ day: "numeric", month: "short" });
const HOUR = format({ hour: "numeric", minute: "2-digit" });
const LONG = format({ dateStyle: "full", timeStyle: "medium" });
const AGO = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const NUMBER = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

/** "28 November 2026". */
export const day = (instant) => DAY.format(new Date(instant));

/** "10:04" today, "27 Nov, 10:04" on other days. */
export function time(instant) {
  const date = new Date(instant);
  const clockTime = HOUR.format(date);
  return date.toDateString() === new Date().toDateString() ? clockTime : `${DAY_SHORT.format(date)}, ${clockTime}`;
}

/** The whole instant, for a tooltip. */
export const longTime = (instant) => LONG.format(new Date(instant));

/** "3 minutes ago", "in 2 hours". */
export function ago(instant) {
  const seconds = (new Date(instant) - Date.now()) / 1000;
  for (const [unit, length] of [["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= length) return AGO.format(Math.round(seconds / length), unit);
  }
  return AGO.format(Math.round(seconds), "second");
}

/** A time element: `text` to be seen, the whole instant behind it. */
export const timeOf = (instant, text = time(instant)) =>
  h("time", { datetime: instant, title: longTime(instant) }, text);

/** "4.2 MB". */
export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${NUMBER.format(count / 1000 ** power)} ${count === 1 ? "byte" : units[power]}`;
}

/** "1:02:03", "2:03". */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (part) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "1 file", "3 files". */
export const counted = (count, one, many = `${one}s`) => `${NUMBER.format(count)} ${count === 1 ? one : many}`;

// Begins

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const { origin, pathname, search, hash } = new URL(link.href);
  if (origin !== location.origin || pathname.startsWith("/api/")) return;
  if (hash && pathname === location.pathname) return;
  event.preventDefault();
  go(pathname + search + hash);
});
addEventListener("popstate", () => route(true));
addEventListener("lectern:signed-out", ({ detail }) => {
  leaving.abort();
  welcome(detail);
});

route(false);
