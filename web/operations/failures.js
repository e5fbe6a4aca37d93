// What failed, by cause, and letting it go on: first what would happen, then what happened, document by document.

import { Problem, announce, api, button, counted, h, problemBox, spinner, timeOf } from "../core.js";

/// Failed documents listed at once.
const ROWS = 20;
/// Requests after which a redrive by cause stops by itself, each of a hundred documents.
const REDRIVES_MAX = 50;

export class Failures {
  #causes = new Map();

  /** `changed()` is called when something was let go on. */
  constructor({ signal, changed }) {
    Object.assign(this, { signal, changed });
    this.list = h("ul", { class: "causes" });
    this.none = h("div");
    this.element = h("section", { class: "part", "aria-labelledby": "failed" }, h("h2", { id: "failed" }, "Failed"), this.none, this.list);
  }

  /** Looks at the causes. What somebody has open stays open, and what has not changed is not touched. */
  async look() {
    try {
      this.#tell(await api("/api/operations/failed?limit=1", { signal: this.signal }));
    } catch (problem) {
      if (!this.signal.aborted) this.none.replaceChildren(problemBox(problem, () => this.look()));
    }
  }

  #tell({ causes }) {
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
    const shown = this.#causes.size > 0;
    this.none.replaceChildren(...(shown ? [] : [h("p", { class: "soft" }, "Nothing has failed.")]));
    this.list.hidden = !shown;
  }

  #begin({ cause }) {
    const group = new Group(cause, this);
    this.#causes.set(cause, group);
    // At the end: what is above must not move away under somebody's hand.
    this.list.append(group.element);
    return group;
  }
}

/** Failures with one cause. */
class Group {
  constructor(cause, { signal, changed }) {
    Object.assign(this, { cause, signal, changed });
    this.message = h("h3");
    this.count = h("span", { class: "count" });
    this.action = h("p", { class: "soft" });
    this.outcome = h("div", { class: "outcome" });
    this.documents = h("div", { class: "failed-documents" });
    this.toggle = button("Show the documents", () => this.#open(!this.isOpen), { kind: "quiet", "aria-expanded": "false" });
    this.preview = button("Preview a redrive", () => this.#preview(), { kind: "" });
    this.actions = h("div", { class: "actions" }, this.preview, this.toggle);
    this.element = h("li", { class: "card cause", dataset: { cause } },
      h("div", { class: "cause-head" }, this.count, h("div", null, this.message, h("p", { class: "small" }, h("code", null, cause)))),
      this.action, this.actions, this.outcome, this.documents);
  }

  get isOpen() {
    return this.documents.hasChildNodes() || this.outcome.hasChildNodes();
  }

  /** What is known of the cause now; null if nothing fails of it any more. */
  tell(facts) {
    const sign = JSON.stringify(facts);
    if (sign === this.sign) return;
    this.sign = sign;
    this.count.textContent = facts ? `${facts.at_least ? "over " : ""}${facts.count.toLocaleString()}` : "0";
    this.actions.hidden = !facts;
    if (!facts) return;
    this.message.textContent = facts.message;
    this.action.textContent = `The teacher is told: ${facts.next_action}`;
    this.preview.setAttribute("aria-label", `Preview a redrive: ${facts.message}`);
    this.#nameToggle();
  }

  /** Its words, and of which cause. */
  #nameToggle() {
    this.toggle.setAttribute("aria-label", `${this.toggle.textContent}: ${this.message.textContent}`);
  }

  async #open(open) {
    this.toggle.textContent = open ? "Hide the documents" : "Show the documents";
    this.toggle.setAttribute("aria-expanded", String(open));
    this.#nameToggle();
    if (!open) return this.documents.replaceChildren();
    this.rows = h("ul", { class: "rows" });
    this.below = h("div", { class: "more" }, spinner("Looking"));
    this.documents.replaceChildren(this.rows, this.below);
    await this.#more();
  }

  async #more(cursor) {
    const asked = new URLSearchParams({ cause: this.cause, limit: ROWS, ...(cursor && { cursor }) });
    try {
      const { documents, cursor: next } = await api(`/api/operations/failed?${asked}`, { signal: this.signal });
      this.rows.append(...documents.map((document) => this.#row(document)));
      this.below.replaceChildren(...[
        !this.rows.childElementCount && !next && h("p", { class: "soft" }, "None of them is left."),
        next && button("Show more", () => this.#more(next)),
      ].filter(Boolean));
    } catch (problem) {
      if (!this.signal.aborted) this.below.replaceChildren(problemBox(problem, () => this.#more(cursor)));
    }
  }

  #row({ document_id, title, teacher, teacher_name, file_name, status_at, failure }) {
    const result = h("p", { class: "row-result small", role: "status" });
    const go = button("Redrive", () => this.#one(document_id, go, result), { "aria-label": `Redrive ${title}` });
    return h("li", { class: "failed-row", dataset: { id: document_id } },
      h("div", null,
        h("a", { class: "row-title", href: `/documents/${document_id}` }, title),
        h("p", { class: "row-about" }, [file_name, teacher_name ?? teacher].filter(Boolean).join(" · "), " · failed ", timeOf(status_at)),
        failure && h("p", { class: "small" }, failure.message), result),
      go);
  }

  async #one(id, go, result) {
    go.disabled = true;
    result.textContent = "Asking…";
    try {
      const { redriven, skipped: [skipped] } = await redrive({ ids: [id] }, this.signal);
      result.textContent = redriven.length ? "Goes on." : `Skipped: ${skipped.why}.`;
      go.hidden = redriven.length > 0;
      this.changed();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      result.textContent = `${problem.title}. ${problem.next_action}`;
    } finally {
      go.disabled = false;
    }
  }

  /** What a redrive would do; nothing is done. */
  async #preview() {
    this.outcome.replaceChildren(spinner("Looking at what would happen"));
    try {
      const answer = await redrive({ cause: this.cause, dry_run: true }, this.signal);
      const count = answer.redriven.length;
      this.outcome.replaceChildren(...[
        h("h4", { tabindex: -1 }, "Preview"),
        h("p", null, count
          ? `${answer.more ? "At least " : ""}${counted(count, "document")} would go on from where ${count === 1 ? "it" : "they"} failed. Nothing has been done yet.`
          : "No document would go on."),
        skippedList(answer.skipped),
        h("div", { class: "actions" },
          count > 0 && button(answer.more ? "Redrive all of them" : `Redrive ${counted(count, "document")}`, () => this.#all(), { kind: "primary" }),
          button("Close", () => this.#close(), { kind: "quiet" })),
      ].filter(Boolean));
      this.outcome.querySelector("h4").focus({ preventScroll: true });
    } catch (problem) {
      if (!this.signal.aborted) this.outcome.replaceChildren(problemBox(problem, () => this.#preview()));
    }
  }

  #close() {
    this.outcome.replaceChildren();
    if (this.actions.hidden) this.changed();
    else this.preview.focus();
  }

  /** One request takes a bounded number of documents: asks until there are no more, or none goes on. */
  async #all() {
    const done = { redriven: [], skipped: [] };
    this.outcome.replaceChildren(spinner("Letting them go on"));
    try {
      for (let asked = 0; asked < REDRIVES_MAX; asked += 1) {
        const answer = await redrive({ cause: this.cause }, this.signal);
        done.redriven.push(...answer.redriven);
        done.skipped.push(...answer.skipped);
        done.more = answer.more;
        if (!answer.more || !answer.redriven.length) break;
        this.outcome.replaceChildren(spinner(`${counted(done.redriven.length, "document")} so far`));
      }
      this.#told(done);
    } catch (problem) {
      if (this.signal.aborted) return;
      this.#told(done, problemBox(problem, () => this.#all()));
    }
    if (this.documents.hasChildNodes()) this.#open(true);
    this.changed();
  }

  #told({ redriven, skipped, more }, problem) {
    const said = `${counted(redriven.length, "document")} ${redriven.length === 1 ? "goes" : "go"} on, ${skipped.length} skipped.`;
    announce(said);
    this.outcome.replaceChildren(...[
      h("h4", { tabindex: -1 }, "Result"),
      h("p", null, said, more && " There are more: preview again."),
      redriven.length > 0 && h("details", null, h("summary", null, "Those that go on"),
        h("ul", null, redriven.map((id) => h("li", null, h("a", { href: `/documents/${id}` }, id))))),
      skippedList(skipped), problem,
      h("div", { class: "actions" }, button("Close", () => this.#close(), { kind: "quiet" })),
    ].filter(Boolean));
    this.outcome.querySelector("h4").focus({ preventScroll: true });
  }
}

function skippedList(skipped) {
  return skipped.length > 0 && h("div", null, h("p", null, "Skipped:"),
    h("ul", null, skipped.map(({ document_id, why }) => h("li", null, h("a", { href: `/documents/${document_id}` }, document_id), `: ${why}.`))));
}

const redrive = (wish, signal) => api("/api/operations/redrive", { method: "POST", body: { dry_run: false, ...wish }, signal });
