// The shell around the pages: who may go where, which module shows it, and the way from one to the next.

import { announce, button, go, h, me, Problem, problemBox, signOut, spinner, svg, title } from "./core.js";
import { finishSignIn, service, signedIn, signIn } from "./session.js";

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
      button("Sign out", signOut, { kind: "quiet" }))] : []));
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

// Signing in

async function comeBack() {
  main.replaceChildren(spinner("Signing you in"));
  const query = new URLSearchParams(location.search);
  history.replaceState(null, "", "/signed-in");
  try {
    const path = await finishSignIn(query);
    history.replaceState(null, "", path);
    route(false);
  } catch (problem) {
    history.replaceState(null, "", "/");
    welcome(problem);
  }
}

async function welcome(problem) {
  title("Sign in");
  header(null);
  const path = location.pathname === "/signed-in" ? "/" : location.pathname + location.search;
  const notice = h("div", null, problem && problemBox(problem));
  const start = button("Sign in", async () => {
    try {
      await signIn(path);
    } catch (trouble) {
      notice.replaceChildren(problemBox(trouble));
    }
  }, { kind: "primary large", id: "sign-in" });
  const hint = h("p", { class: "soft", id: "development" });
  main.replaceChildren(h("div", { class: "welcome" },
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

// Moving about

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
addEventListener("lectern:go", () => route(true));
addEventListener("popstate", () => route(true));
addEventListener("lectern:signed-out", ({ detail }) => {
  leaving.abort();
  welcome(detail);
});

route(false);
