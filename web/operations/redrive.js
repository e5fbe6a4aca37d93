// What can be done about failures with one cause: looking at them, and letting them go on. First what would happen, then what
// happened, document by document.

import { Problem, announce, api, button, counted, fileName, h, problemBox, spinner, timeOf } from "../core.js";

/// Failed documents listed at once.
const ROWS = 20;
/// Requests after which a redrive by cause stops by itself, each of a hundred documents.
const REDRIVES_MAX = 50;

export class Redrive {
  /** `group` is the cause as it is shown. */
  constructor(group) {
    this.group = group;
  }

  /** Shows the documents, or hides them. */
  async open(open) {
    const { toggle, documents } = this.group;
    toggle.textContent = open ? "Hide the documents" : "Show the documents";
    toggle.setAttribute("aria-expanded", String(open));
    this.group.nameToggle();
    if (!open) return documents.replaceChildren();
    this.rows = h("ul", { class: "rows" });
    this.below = h("div", { class: "more" }, spinner("Looking"));
    documents.replaceChildren(this.rows, this.below);
    await this.#more();
  }

  async #more(cursor) {
    const asked = new URLSearchParams({ cause: this.group.cause, limit: ROWS, ...(cursor && { cursor }) });
    try {
      const { documents, cursor: next } = await api(`/api/operations/failed?${asked}`, { signal: this.group.signal });
      this.rows.append(...documents.map((document) => this.#row(document)));
      this.below.replaceChildren(...[
        !this.rows.childElementCount && !next && h("p", { class: "soft" }, "None of them is left."),
        next && button("Show more", () => this.#more(next)),
      ].filter(Boolean));
    } catch (problem) {
      if (!this.group.signal.aborted) this.below.replaceChildren(problemBox(problem, () => this.#more(cursor)));
    }
  }

  #row({ document_id, title, teacher, teacher_name, file_name, status_at, failure }) {
    const result = h("p", { class: "row-result small", role: "status" });
    const go = button("Redrive", () => this.#one(document_id, go, result), { "aria-label": `Redrive ${title}` });
    return h("li", { class: "failed-row", dataset: { id: document_id } },
      h("div", null,
        h("a", { class: "row-title", href: `/documents/${document_id}` }, title),
        h("p", { class: "row-about" }, fileName(file_name), " · ", teacher && `${teacher_name ?? teacher} · `, "failed ", timeOf(status_at)),
        failure && h("p", { class: "small" }, failure.message), result),
      go);
  }

  async #one(id, go, result) {
    go.disabled = true;
    result.textContent = "Asking…";
    try {
      const { redriven, skipped: [skipped] } = await redrive({ ids: [id] }, this.group.signal);
      result.textContent = redriven.length ? "Goes on." : `Skipped: ${skipped.why}.`;
      go.hidden = redriven.length > 0;
      this.group.changed();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      result.textContent = `${problem.title}. ${problem.next_action}`;
    } finally {
      go.disabled = false;
    }
  }

  /** What a redrive would do; nothing is done. */
  async preview() {
    this.group.outcome.replaceChildren(spinner("Looking at what would happen"));
    try {
      const answer = await redrive({ cause: this.group.cause, dry_run: true }, this.group.signal);
      const count = answer.redriven.length;
      this.group.outcome.replaceChildren(...[
        h("h4", { tabindex: -1 }, "Preview"),
        h("p", null, count
          ? `${answer.more ? "At least " : ""}${counted(count, "document")} would go on from where ${count === 1 ? "it" : "they"} failed. Nothing has been done yet.`
          : "No document would go on."),
        skippedList(answer.skipped),
        h("div", { class: "actions" },
          count > 0 && button(answer.more ? "Redrive all of them" : `Redrive ${counted(count, "document")}`, () => this.#all(), { kind: "primary" }),
          button("Close", () => this.#close(), { kind: "quiet" })),
      ].filter(Boolean));
      this.group.outcome.querySelector("h4").focus({ preventScroll: true });
    } catch (problem) {
      if (!this.group.signal.aborted) this.group.outcome.replaceChildren(problemBox(problem, () => this.preview()));
    }
  }

  #close() {
    this.group.outcome.replaceChildren();
    if (this.group.actions.hidden) this.group.changed();
    else this.group.preview.focus();
  }

  /** One request takes a bounded number of documents: asks until there are no more, or none goes on. */
  async #all() {
    const done = { redriven: [], skipped: [] };
    this.group.outcome.replaceChildren(spinner("Letting them go on"));
    try {
      for (let asked = 0; asked < REDRIVES_MAX; asked += 1) {
        const answer = await redrive({ cause: this.group.cause }, this.group.signal);
        done.redriven.push(...answer.redriven);
        done.skipped.push(...answer.skipped);
        done.more = answer.more;
        if (!answer.more || !answer.redriven.length) break;
        this.group.outcome.replaceChildren(spinner(`${counted(done.redriven.length, "document")} so far`));
      }
      this.#told(done);
    } catch (problem) {
      if (this.group.signal.aborted) return;
      this.#told(done, problemBox(problem, () => this.#all()));
    }
    if (this.group.documents.hasChildNodes()) this.open(true);
    this.group.changed();
  }

  #told({ redriven, skipped, more }, problem) {
    const said = `${counted(redriven.length, "document")} ${redriven.length === 1 ? "goes" : "go"} on, ${skipped.length} skipped.`;
    announce(said);
    this.group.outcome.replaceChildren(...[
      h("h4", { tabindex: -1 }, "Result"),
      h("p", null, said, more && " There are more: preview again."),
      redriven.length > 0 && h("details", null, h("summary", null, "Those that go on"),
        h("ul", null, redriven.map((id) => h("li", null, h("a", { href: `/documents/${id}` }, id))))),
      skippedList(skipped), problem,
      h("div", { class: "actions" }, button("Close", () => this.#close(), { kind: "quiet" })),
    ].filter(Boolean));
    this.group.outcome.querySelector("h4").focus({ preventScroll: true });
  }
}

function skippedList(skipped) {
  return skipped.length > 0 && h("div", null, h("p", null, "Skipped:"),
    h("ul", null, skipped.map(({ document_id, why }) => h("li", null, h("a", { href: `/documents/${document_id}` }, document_id), `: ${why}.`))));
}

const redrive = (wish, signal) => api("/api/operations/redrive", { method: "POST", body: { dry_run: false, ...wish }, signal });
