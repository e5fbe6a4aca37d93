// The findings beside a lesson plan: what they say, what they suggest, and the way from one to the next.

import { announce, button, counted, h } from "../core.js";
import { FAMILIES, categoryWords } from "./findings.js";

/** `onSelect(finding)` shows one in the text; `onFilter()` hears that other families are shown; `onNote(finding)` writes about one. */
export class FindingList {
  #cards = new Map();
  #hidden = new Set();

  constructor({ findings, passed = new Set(), onSelect, onFilter, onNote }) {
    Object.assign(this, { findings, passed, onSelect, onFilter, onNote, selected: null });
    this.place = h("span", { class: "walk-place", role: "status" });
    this.list = h("ol", { class: "findings" }, findings.map((finding) => this.#card(finding)));
    this.element = findings.length
      ? h("div", { class: "finding-list" }, this.#filters(), h("div", { class: "walk" },
        button("Previous", () => this.step(-1), { kind: "quiet", "aria-keyshortcuts": "k p" }),
        this.place,
        button("Next", () => this.step(1), { kind: "quiet", "aria-keyshortcuts": "j n" })), this.list)
      : h("p", { class: "soft" }, "The proofreader found nothing to say.");
    this.#tell();
  }

  /** Those of the families that are shown. */
  get shown() {
    return this.findings.filter(({ look }) => !this.#hidden.has(look));
  }

  step(by) {
    const { shown } = this;
    if (!shown.length) return;
    const place = shown.findIndex(({ key }) => key === this.selected);
    const next = place < 0 ? (by > 0 ? 0 : shown.length - 1) : (place + by + shown.length) % shown.length;
    this.select(shown[next].key, { tell: true });
  }

  select(key, { tell = false } = {}) {
    const before = this.selected;
    this.selected = key;
    for (const one of [before, key]) if (one) this.#open(one, one === key);
    this.#tell();
    const finding = this.findings.find((one) => one.key === key);
    if (!finding) return;
    this.#cards.get(key).scrollIntoView({ block: "nearest" });
    if (tell) announce([finding.quote && `“${finding.quote}”.`, finding.message, suggested(finding)].filter(Boolean).join(" "));
    this.onSelect(finding);
  }

  #tell() {
    const { shown } = this;
    const place = shown.findIndex(({ key }) => key === this.selected);
    this.place.textContent = place < 0 ? counted(shown.length, "finding") : `${place + 1} of ${shown.length}`;
  }

  #open(key, open) {
    const card = this.#cards.get(key);
    card.classList.toggle("current", open);
    card.querySelector(".finding-head").setAttribute("aria-expanded", String(open));
    card.querySelector(".finding-more")?.remove();
    if (open) card.append(this.#more(this.findings.find((finding) => finding.key === key)));
  }

  #card(finding) {
    const { key, look, quote, category, message } = finding;
    const card = h("li", { class: "finding-card", dataset: { key, look } },
      h("button", {
        type: "button", class: "finding-head", "aria-expanded": "false",
        onclick: () => this.select(this.selected === key ? null : key),
      },
        h("span", { class: "finding-category" }, categoryWords(category)),
        quote !== null && h("span", { class: `finding-quote finding ${look}` }, quote.trim() ? short(quote) : "(here)"),
        h("span", { class: "finding-message" }, message)));
    this.#cards.set(key, card);
    return card;
  }

  #more(finding) {
    const { key, severity, suggestions, quote } = finding;
    return h("div", { class: "finding-more" },
      suggestions.length > 0 && h("p", { class: "label" }, "Instead"),
      suggestions.length > 0 && h("ul", { class: "suggestions" },
        suggestions.map((text) => h("li", null, text === "" ? h("em", null, "leave it out") : text))),
      h("p", { class: "note-about" }, severity, this.passed.has(key) && " · not in the corrected reading: it overlaps another"),
      this.onNote && quote !== null && h("div", { class: "note-actions" },
        button("Add note here", () => this.onNote(finding), { kind: "quiet" })));
  }

  #filters() {
    const counts = Map.groupBy(this.findings, ({ look }) => look);
    const families = FAMILIES.filter(({ look }) => counts.has(look));
    return h("fieldset", { class: "families" }, h("legend", { class: "unseen" }, "Show"),
      families.map(({ look, name }) => h("label", { class: "family" },
        h("input", { type: "checkbox", checked: true, onchange: (event) => this.#filter(look, event.target.checked) }),
        h("span", null, h("span", { class: `finding ${look}` }, name), " ", h("small", null, counts.get(look).length)))));
  }

  #filter(look, shown) {
    if (shown) this.#hidden.delete(look);
    else this.#hidden.add(look);
    for (const { key, look: of } of this.findings) this.#cards.get(key).hidden = this.#hidden.has(of);
    this.#tell();
    this.onFilter();
  }
}

/// Longest quote shown in a card, in code units: the text itself is beside it.
const QUOTE_UNITS_MAX = 80;

export const short = (text) => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > QUOTE_UNITS_MAX ? `${line.slice(0, QUOTE_UNITS_MAX)}…` : line;
};

const suggested = ({ suggestions: [first] }) => first === undefined ? "" : first === "" ? "Leave it out." : `Instead: ${first}.`;
