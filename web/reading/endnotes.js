// What stands beside a document on the screen stands behind it on paper, numbered.

import { day, h } from "../core.js";
import { categoryWords } from "./findings.js";
import { short } from "./finding-list.js";

/** Keeps `element` filled while the page is on its way to paper; on the screen it costs nothing. */
export class Endnotes {
  constructor({ findings, notes, words, signal }) {
    Object.assign(this, { findings, notes, words });
    this.element = h("section", { class: "endnotes", "aria-label": "Findings and notes, in full" });
    const fill = () => this.element.replaceChildren(...this.#written());
    const paper = matchMedia("print");
    const follow = () => (paper.matches ? fill() : this.element.replaceChildren());
    addEventListener("beforeprint", fill, { signal });
    addEventListener("afterprint", follow, { signal });
    paper.addEventListener("change", follow, { signal });
  }

  #written() {
    const findings = this.findings();
    const notes = this.notes.list;
    return [
      findings.length > 0 && h("h2", null, "Findings"),
      findings.length > 0 && h("ol", null, findings.map(({ number, quote, category, message, suggestions }) => h("li", { "data-number": number },
        quote && h("q", null, short(quote)), quote && " ", `${categoryWords(category)}. ${message}`,
        suggestions.length > 0 && ` Instead: ${suggestions.join(" or ")}`))),
      notes.length > 0 && h("h2", null, "Notes"),
      notes.length > 0 && h("ol", { class: "lettered" }, notes.map((note, place) => h("li", { "data-number": `N${place + 1}` },
        h("strong", null, note.place ? this.words(note.place) : "The whole document"), " ",
        h("span", { class: "note-body" }, note.body), ` (${note.author ?? "a colleague"}, ${day(note.created)})`))),
    ].filter(Boolean);
  }
}
