// Operations: how things stand, what waits, what failed and can go on. Looks again by itself while somebody looks.

import { Problem, api, h, pause, problemBox, stylesheet, timeOf, title } from "../core.js";
import { Failures } from "./failures.js";
import { Standing } from "./standing.js";
import { Throughput } from "./throughput.js";

/// Time between two looks, in ms.
const LOOK_EVERY_MS = 10_000;

export async function show(root, { signal }) {
  await stylesheet("/operations/operations.css");
  title("Operations");
  root.classList.add("operations");
  const looked = h("p", { class: "soft small" });
  const trouble = h("div", { class: "trouble" });
  const [standing, throughput, failures] = [new Standing(), new Throughput({ signal }), new Failures({ signal, changed: () => look() })];
  root.append(
    h("header", { class: "page-head" }, h("h1", null, "Operations"), looked),
    h("div", { class: "stack operations-parts" },
      trouble, standing.statuses, throughput.element, failures.element, standing.queues, standing.machines));
  await look();
  again();

  async function look() {
    try {
      const [overview] = await Promise.all([api("/api/operations/overview", { signal }), failures.look()]);
      standing.tell(overview);
      throughput.tell(overview.throughput);
      looked.replaceChildren("As of ", timeOf(overview.at), ". Looks again every ten seconds.");
      trouble.replaceChildren();
    } catch (problem) {
      if (signal.aborted) return;
      // What is shown stays: old is better than nothing, as long as it says that it is old.
      trouble.replaceChildren(problemBox(problem, look));
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  async function again() {
    while (!signal.aborted) {
      try {
        await pause(LOOK_EVERY_MS, signal);
      } catch {
        return;
      }
      if (document.visibilityState === "visible") await look().catch((fault) => console.error(fault));
    }
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look(), { signal });
}
