// Operations: how things stand, what waits, what failed and can go on. Looks again by itself while somebody looks.

import { api, h, pause, problemBox, stylesheet, timeOf, title } from "../core.js";
import { Failures } from "./failures.js";
import { Standing } from "./standing.js";
import { Throughput } from "./throughput.js";

/// Time between two looks, in ms.
const LOOK_EVERY_MS = 10_000;
/// Time after which the page is shown, whether or not the answers are there, in ms.
const FIRST_PICTURE_MS = 500;

export async function show(root, { signal }) {
  await stylesheet("/operations/operations.css");
  title("Operations");
  root.classList.add("operations");
  const looked = h("p", { class: "soft small" }, "Looking…");
  const trouble = h("div", { class: "trouble" });
  const [standing, throughput, failures] = [new Standing(), new Throughput({ signal }), new Failures({ signal, changed: () => look() })];
  root.append(
    h("header", { class: "page-head" }, h("h1", null, "Operations"), looked),
    h("div", { class: "stack operations-parts" },
      trouble, standing.statuses, throughput.element, failures.element, standing.queues, standing.machines));
  const look = once(() => Promise.all([overview(), failures.look()]));
  await Promise.race([look(), pause(FIRST_PICTURE_MS, signal)]);
  again();

  async function overview() {
    try {
      const overview = await api("/api/operations/overview", { signal });
      standing.tell(overview);
      throughput.tell(overview.throughput);
      looked.replaceChildren("As of ", timeOf(overview.at), ". Looks again every ten seconds.");
      trouble.replaceChildren();
    } catch (problem) {
      // What is shown stays: old is better than nothing, as long as it says that it is old.
      if (!signal.aborted) trouble.replaceChildren(problemBox(problem, look));
    }
  }

  async function again() {
    while (!signal.aborted) {
      try {
        await pause(LOOK_EVERY_MS, signal);
      } catch {
        return;
      }
      if (document.visibilityState === "visible") await look();
    }
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look(), { signal });
}

/** Runs one at a time: who asks while it runs gets the same answer. */
function once(run) {
  let running = null;
  return () => running ??= run().finally(() => { running = null; });
}
