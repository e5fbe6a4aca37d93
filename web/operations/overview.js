// Operations: how things stand, what waits, what failed. Looks again by itself while somebody looks.
//
// Everything here is one answer of the API, drawn in parts that are made once and filled anew at every look, so that focus and
// scrolling stay where they are. What can be done about what failed is in redrive.js, loaded when somebody wants to.

import { ago, api, button, h, isFinal, kindWord, pause, plainStatus, problemBox, statusBadge, svg, time, timeOf, title } from "../core.js";

/// Time between two looks, in ms.
const LOOK_EVERY_MS = 10_000;
/// Time after which the page is shown, whether or not the answer is there, in ms.
const FIRST_PICTURE_MS = 500;

export async function show(root, { signal }) {
  title("Operations");
  root.classList.add("operations");
  const looked = h("p", { class: "soft small" }, "Looking…");
  const trouble = h("div", { class: "trouble" });
  const look = once(async () => {
    try {
      const overview = await api("/api/operations/overview", { signal });
      standing.tell(overview);
      throughput.tell(overview.throughput);
      failures.tell(overview.causes);
      looked.replaceChildren("As of ", timeOf(overview.at), ". Looks again every ten seconds.");
      trouble.replaceChildren();
    } catch (problem) {
      // What is shown stays: old is better than nothing, as long as it says that it is old.
      if (!signal.aborted) trouble.replaceChildren(problemBox(problem, look));
    }
  });
  const [standing, throughput, failures] = [new Standing(), new Throughput({ signal }), new Failures({ signal, changed: look })];
  root.append(
    h("header", { class: "page-head" }, h("h1", null, "Operations"), looked),
    h("div", { class: "stack operations-parts" },
      trouble, standing.statuses, throughput.element, failures.element, standing.queues, standing.machines));
  await Promise.race([look(), pause(FIRST_PICTURE_MS, signal)]);
  again(look, signal);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look(), { signal });
}

async function again(look, signal) {
  while (!signal.aborted) {
    try {
      await pause(LOOK_EVERY_MS, signal);
    } catch {
      return;
    }
    if (document.visibilityState === "visible") await look();
  }
}

/** Runs one at a time: who asks while it runs gets the same answer. */
function once(run) {
  let running = null;
  return () => running ??= run().finally(() => { running = null; });
}

const part = (id, heading, ...inside) =>
  h("section", { class: "part", "aria-labelledby": id }, h("h2", { id }, heading), inside);

const atLeast = ({ count, at_least }) => `${at_least ? "over " : ""}${count.toLocaleString()}`;

// Documents by status, what has waited longest, the queues, the machines

/// The order in which documents meet their statuses.
const STATUSES = ["uploading", "queued", "transferring", "processing", "returned", "ready", "failed", "rejected", "deleted"];

class Standing {
  constructor() {
    this.counts = h("ul", { class: "counts" });
    this.link = h("a");
    this.before = h("span");
    this.after = h("span");
    this.oldest = h("p", { class: "oldest" }, this.before, this.link, this.after);
    this.statuses = part("statuses", "Documents", this.counts, this.oldest);
    this.queueRows = h("tbody");
    this.queues = part("queues", "Queues",
      table("The queues", ["Queue", "Waiting", "In hand", "Later", "Oldest", "Set aside"], this.queueRows));
    this.machineRows = h("tbody");
    this.machines = part("machines", "Machines", table("The machines", ["Machine", "Running"], this.machineRows));
    this.machines.classList.add("machines");
    this.statuses.hidden = this.queues.hidden = this.machines.hidden = true;
  }

  tell({ statuses, waiting, queues, machines }) {
    this.statuses.hidden = false;
    this.counts.replaceChildren(...STATUSES.filter((status) => statuses[status]).map((status) =>
      h("li", { class: `${isFinal(status) ? "over" : "under-way"} ${statuses[status].count ? "" : "none"}` },
        h("span", { class: "count" }, atLeast(statuses[status])), statusBadge(status))));
    this.#waits(waiting);
    this.queues.hidden = !queues;
    this.queueRows.replaceChildren(...(queues ?? []).map(queueRow));
    this.machines.hidden = !machines;
    this.machineRows.replaceChildren(...(machines ?? []).map(({ name, running, at_least }) =>
      h("tr", null, h("th", { scope: "row" }, name), cell(running, atLeast({ count: running, at_least })))));
  }

  #waits({ count, at_least, oldest: row }) {
    this.link.hidden = this.after.hidden = !row;
    if (!row) {
      this.before.textContent = "Nothing waits.";
      return;
    }
    const [many, are] = count === 1 && !at_least ? ["One document", "is"] : [`${atLeast({ count, at_least })} documents`, "are"];
    this.before.textContent = `${many} ${are} under way. Longest in its place: `;
    this.link.setAttribute("href", `/documents/${row.document_id}`);
    if (this.link.textContent !== row.title) this.link.textContent = row.title;
    this.after.replaceChildren(`, ${kindWord(row.kind).toLowerCase()}. ${plainStatus(row)} (`, timeOf(row.status_at, ago(row.status_at)), ").");
  }
}

function table(label, columns, rows) {
  return h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": label }, h("table", { class: "table" },
    h("caption", { class: "unseen" }, label),
    h("thead", null, h("tr", null, columns.map((name, n) => h("th", { scope: "col", class: n ? "number" : null }, name)))),
    rows));
}

/** A number; one that asks for nothing steps back. */
const cell = (value, text = value.toLocaleString(), alarm = "") =>
  h("td", { class: `number ${value ? alarm : "nought"}` }, text);

function queueRow({ name, waiting, in_flight, delayed, oldest_at, dead }) {
  return h("tr", null, h("th", { scope: "row" }, name), cell(waiting), cell(in_flight), cell(delayed),
    h("td", { class: `number ${oldest_at ? "" : "nought"}` }, oldest_at ? timeOf(oldest_at, ago(oldest_at)) : "–"),
    cell(dead, undefined, "alarm"));
}

// What was finished in each of the last hours: a small chart, and the same numbers in a table

const [HEIGHT, FOOT, GAP] = [150, 22, 3];

/// A narrow window gets a narrower drawing rather than a smaller one.
const NARROW = matchMedia("(max-width: 44rem)");

class Throughput {
  constructor({ signal }) {
    NARROW.addEventListener("change", () => this.#draw(), { signal });
    this.chart = h("div", { class: "chart" });
    this.legend = h("p", { class: "legend small" },
      h("span", { class: "key ready" }, "Ready"), h("span", { class: "key failed" }, "Failed"));
    this.body = h("tbody");
    this.table = h("details", { class: "numbers" }, h("summary", null, "The numbers"),
      h("div", { class: "table-frame" }, h("table", { class: "table" },
        h("caption", { class: "unseen" }, "Documents finished in each of the last 24 hours"),
        h("thead", null, h("tr", null, ["From", "Ready", "Failed"].map((name, n) => h("th", { scope: "col", class: n ? "number" : null }, name)))),
        this.body)));
    this.element = part("throughput", "The last 24 hours", this.legend, this.chart, this.table);
    this.element.hidden = true;
  }

  tell(hours) {
    const sign = JSON.stringify(hours);
    if (!hours || this.sign === sign) return;
    this.sign = sign;
    this.element.hidden = false;
    this.hours = hours;
    this.#draw();
    this.body.replaceChildren(...hours.toReversed().map(({ hour, ready, failed }) => h("tr", null,
      h("th", { scope: "row" }, time(hour)), h("td", { class: "number" }, ready), h("td", { class: "number" }, failed))));
  }

  #draw() {
    if (this.hours) this.chart.replaceChildren(drawing(this.hours, NARROW.matches ? 340 : 720));
  }
}

function drawing(hours, width) {
  const [ready, failed] = ["ready", "failed"].map((name) => hours.reduce((sum, hour) => sum + hour[name], 0));
  const most = scale(Math.max(1, ...hours.map((hour) => hour.ready + hour.failed)));
  const high = HEIGHT - FOOT;
  const wide = width / hours.length;
  const tall = (count) => count / most * (high - 14);
  const bar = (kind, x, y, count) => count > 0 &&
    svg("rect", { class: kind, x: x + GAP / 2, y, width: wide - GAP, height: Math.max(1.5, tall(count)), rx: 1.5 });
  const label = `Documents finished in each of the last ${hours.length} hours: ${ready} ready, ${failed} failed.`;
  return svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
    svg("line", { class: "grid", x1: 0, x2: width, y1: 14, y2: 14 }),
    svg("text", { class: "tick", x: 0, y: 10 }, String(most)),
    svg("line", { class: "axis", x1: 0, x2: width, y1: high, y2: high }),
    hours.map(({ hour, ready, failed }, n) => [
      svg("g", null,
        svg("title", null, `${time(hour)}: ${ready} ready, ${failed} failed`),
        svg("rect", { class: "ground", x: n * wide, y: 14, width: wide, height: high - 14 }),
        bar("ready", n * wide, high - tall(ready), ready),
        bar("failed", n * wide, high - tall(ready) - tall(failed) - (ready ? 1 : 0), failed)),
      (hours.length - 1 - n) % 6 === 0 &&
        svg("text", { class: "tick", x: (n + 1) * wide - GAP / 2, y: HEIGHT - 5, "text-anchor": "end" }, time(hour).split(", ").at(-1)),
    ]));
}

/** A round number at or above the highest bar. */
function scale(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((round) => round >= most);
}

// What failed, by cause

class Failures {
  #causes = new Map();

  /** `changed()` is called when something was let go on. */
  constructor({ signal, changed }) {
    Object.assign(this, { signal, changed });
    this.list = h("ul", { class: "causes" });
    this.none = h("p", { class: "soft" }, "Nothing has failed.");
    this.element = part("failed", "Failed", this.none, this.list);
    this.element.hidden = true;
  }

  /** What somebody has open stays open, and what has not changed is not touched. */
  tell(causes) {
    const there = new Set(causes.map(({ cause }) => cause));
    for (const [cause, group] of this.#causes) {
      if (there.has(cause) || group.isOpen) {
        if (!there.has(cause)) group.tell(null);
        continue;
      }
      group.element.remove();
      this.#causes.delete(cause);
    }
    for (const cause of causes) {
      const group = this.#causes.get(cause.cause) ?? this.#begin(cause);
      group.tell(cause);
    }
    this.element.hidden = false;
    this.list.hidden = !this.#causes.size;
    this.none.hidden = !this.list.hidden;
  }

  #begin({ cause }) {
    const group = new Cause(cause, this);
    this.#causes.set(cause, group);
    // At the end: what is above must not move away under somebody's hand.
    this.list.append(group.element);
    return group;
  }
}

/** Failures with one cause: how many, why, what their teachers are told. */
class Cause {
  #redrive = null;

  constructor(cause, { signal, changed }) {
    Object.assign(this, { cause, signal, changed });
    this.message = h("h3");
    this.count = h("span", { class: "count" });
    this.action = h("p", { class: "soft" });
    this.outcome = h("div", { class: "outcome" });
    this.documents = h("div", { class: "failed-documents" });
    this.toggle = button("Show the documents", () => this.#do((redrive) => redrive.open(!this.documents.hasChildNodes())),
      { kind: "quiet", "aria-expanded": "false" });
    this.preview = button("Preview a redrive", () => this.#do((redrive) => redrive.preview()));
    this.actions = h("div", { class: "actions" }, this.preview, this.toggle);
    this.element = h("li", { class: "card cause", dataset: { cause } },
      h("div", { class: "cause-head" }, this.count, h("div", null, this.message, h("p", { class: "small" }, h("code", null, cause)))),
      this.action, this.actions, this.outcome, this.documents);
  }

  async #do(work) {
    try {
      this.#redrive ??= new (await import("./redrive.js")).Redrive(this);
      await work(this.#redrive);
    } catch (problem) {
      this.outcome.replaceChildren(problemBox(problem, () => this.#do(work)));
    }
  }

  get isOpen() {
    return this.documents.hasChildNodes() || this.outcome.hasChildNodes();
  }

  /** What is known of the cause now; null if nothing fails of it any more. */
  tell(facts) {
    const sign = JSON.stringify(facts);
    if (sign === this.sign) return;
    this.sign = sign;
    this.count.textContent = facts ? atLeast(facts) : "0";
    this.actions.hidden = !facts;
    if (!facts) return;
    this.message.textContent = facts.message;
    this.action.textContent = `The teacher is told: ${facts.next_action}`;
    this.preview.setAttribute("aria-label", `Preview a redrive: ${facts.message}`);
    this.nameToggle();
  }

  /** Its words, and of which cause. */
  nameToggle() {
    this.toggle.setAttribute("aria-label", `${this.toggle.textContent}: ${this.message.textContent}`);
  }
}
