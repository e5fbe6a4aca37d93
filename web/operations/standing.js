// How things stand: documents by status, what has waited longest, the queues, the machines.
//
// The parts are made once and filled anew at every look, so that focus and scrolling stay where they are.

import { ago, h, kindWord, plainStatus, statusBadge, timeOf } from "../core.js";

/// The order in which documents meet their statuses.
const STATUSES = ["uploading", "queued", "transferring", "processing", "returned", "ready", "failed", "rejected", "deleted"];

export class Standing {
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
      h("li", { class: statuses[status].count ? null : "none" },
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

const atLeast = ({ count, at_least }) => `${at_least ? "over " : ""}${count.toLocaleString()}`;

const part = (id, heading, ...inside) =>
  h("section", { class: "part", "aria-labelledby": id }, h("h2", { id }, heading), inside);

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
