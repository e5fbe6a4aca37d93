// How things stand: documents by status, what has waited longest, the queues, the machines.

import { ago, h, kindWord, plainStatus, statusBadge, timeOf } from "../core.js";

/// The order in which documents meet their statuses.
const STATUSES = ["uploading", "queued", "transferring", "processing", "returned", "ready", "failed", "rejected", "deleted"];

const atLeast = ({ count, at_least }) => `${at_least ? "over " : ""}${count.toLocaleString()}`;

export class Standing {
  constructor() {
    this.statuses = h("section", { class: "part", "aria-labelledby": "statuses" });
    this.queues = h("section", { class: "part", "aria-labelledby": "queues" });
    this.machines = h("section", { class: "part", "aria-labelledby": "machines" });
  }

  tell({ statuses, waiting, queues, machines }) {
    this.statuses.replaceChildren(
      h("h2", { id: "statuses" }, "Documents"),
      h("ul", { class: "counts" }, STATUSES.filter((status) => statuses[status]).map((status) =>
        h("li", { class: statuses[status].count ? null : "none" },
          h("span", { class: "count" }, atLeast(statuses[status])), statusBadge(status)))),
      oldest(waiting));
    this.queues.hidden = !queues;
    this.machines.hidden = !machines;
    if (queues) this.queues.replaceChildren(h("h2", { id: "queues" }, "Queues"), queueTable(queues));
    if (machines) this.machines.replaceChildren(h("h2", { id: "machines" }, "Machines"), machineTable(machines));
  }
}

function oldest({ count, oldest: row }) {
  if (!row) return h("p", { class: "soft" }, "Nothing waits.");
  return h("p", { class: "oldest" },
    `${count === 1 ? "One document is" : `${count.toLocaleString()} documents are`} under way. Longest in its place: `,
    h("a", { href: `/documents/${row.document_id}` }, row.title), `, ${kindWord(row.kind).toLowerCase()}. `,
    `${plainStatus(row)} (`, timeOf(row.status_at, ago(row.status_at)), ").");
}

const number = (value) => h("td", { class: "number" }, value ? value.toLocaleString() : h("span", { class: "soft" }, "0"));

const head = (label, columns) => [
  h("caption", { class: "unseen" }, label),
  h("thead", null, h("tr", null, columns.map((name, n) => h("th", { scope: "col", class: n ? "number" : null }, name)))),
];

const frame = (label, table) => h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": label }, table);

function queueTable(queues) {
  return frame("Queues", h("table", { class: "table" }, head("Queues", ["Queue", "Waiting", "In hand", "Later", "Oldest", "Set aside"]),
    h("tbody", null, queues.map(({ name, waiting, in_flight, delayed, oldest_at, dead }) => h("tr", null,
      h("th", { scope: "row" }, name), number(waiting), number(in_flight), number(delayed),
      h("td", { class: "number" }, oldest_at ? timeOf(oldest_at, ago(oldest_at)) : h("span", { class: "soft" }, "–")),
      h("td", { class: `number ${dead ? "alarm" : ""}` }, dead ? dead.toLocaleString() : h("span", { class: "soft" }, "0")))))));
}

function machineTable(machines) {
  if (!machines.length) return h("p", { class: "soft" }, "None is set up.");
  return frame("Machines", h("table", { class: "table machines" }, head("Machines", ["Machine", "Running"]),
    h("tbody", null, machines.map(({ name, running, at_least }) => h("tr", null,
      h("th", { scope: "row" }, name),
      h("td", { class: "number" }, running || at_least ? atLeast({ count: running, at_least }) : h("span", { class: "soft" }, "0")))))));
}
