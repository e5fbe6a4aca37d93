// Search inside what is shown: a field with a count, next and previous, and the places lit up in the text.

import { button, h, icon } from "../core.js";
import { countWhile } from "./offsets.js";

/// Most hits looked for: beyond, the count says "more than".
const HITS_MAX = 5_000;
/// Time without typing before the search begins, in ms.
const SETTLE_MS = 120;

const LIGHTS = Boolean(globalThis.CSS?.highlights && globalThis.Highlight);

/** Where `wanted` is found, in any case: [{start, end}] in UTF-16 code units, at most `HITS_MAX`. Spaces match any white space. */
export function hitsOf(text, wanted) {
  const words = wanted.trim().split(/\s+/).filter(Boolean).map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  if (!words.length) return [];
  const pattern = new RegExp(words.join("\\s+"), "giu");
  const hits = [];
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (hits.length === HITS_MAX) break;
    hits.push({ start: index, end: index + found.length });
  }
  return hits;
}

/**
 * The search of one page. `pieces()` is what is laid out now; `repaint(hits)` lays it out again with `<mark>`s, for
 * browsers without highlights; `onHit(range)` hears of the place that is looked at.
 */
export class Find {
  #hits = [];
  #current = -1;
  #timer;

  constructor({ label, pieces, repaint, onHit, signal }) {
    Object.assign(this, { pieces, repaint, onHit });
    this.field = h("input", {
      class: "input", type: "search", autocomplete: "off", spellcheck: "false", "aria-label": label, placeholder: label,
      "aria-describedby": "find-count", "aria-keyshortcuts": "/",
      oninput: () => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#search(true), SETTLE_MS); },
      onkeydown: (event) => this.#key(event),
    });
    this.count = h("span", { class: "find-count", id: "find-count", role: "status" });
    this.buttons = [
      button("", () => this.step(-1), { kind: "quiet", "aria-label": "Previous place", class: "button quiet square" }),
      button("", () => this.step(1), { kind: "quiet", "aria-label": "Next place", class: "button quiet square" }),
    ];
    this.buttons.forEach((one, n) => one.append(h("span", { class: `chevron ${n ? "down" : "up"}`, "aria-hidden": "true" })));
    this.element = h("div", { class: "find", role: "search", "aria-label": "In this document" },
      h("div", { class: "find-field" }, icon("search"), this.field, this.count), this.buttons);
    signal.addEventListener("abort", () => this.#dark());
    this.#tell();
  }

  /** The place that is looked at, as a range; null if there is none. */
  get range() {
    const hit = this.#hits[this.#current];
    return hit ? this.pieces().range(hit.start, hit.end) : null;
  }

  /** Searches again after the text was laid out anew. */
  refresh() {
    if (this.field.value) this.#search(false);
  }

  step(by) {
    if (!this.#hits.length) return;
    this.#current = (this.#current + by + this.#hits.length) % this.#hits.length;
    this.#tell();
    this.#show();
  }

  #key(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(this.#timer);
      const known = this.searched === this.field.value;
      if (known) this.step(event.shiftKey ? -1 : 1);
      else this.#search(true);
    } else if (event.key === "Escape" && this.field.value) {
      event.preventDefault();
      this.field.value = "";
      this.#search(false);
    }
  }

  #search(jump) {
    const pieces = this.pieces();
    this.searched = this.field.value;
    this.#hits = hitsOf(pieces.shown, this.field.value);
    const at = this.#hits.length ? this.#nearest(pieces) : -1;
    this.#current = jump ? at : Math.min(Math.max(this.#current, at), this.#hits.length - 1);
    if (!LIGHTS) this.repaint(this.#hits);
    this.#light();
    this.#tell();
    if (jump) this.#show();
  }

  /** The first hit that is not above the window; else the first. */
  #nearest(pieces) {
    const hits = this.#hits;
    const top = (n) => pieces.range(hits[n].start, hits[n].end)?.getBoundingClientRect().top ?? 0;
    const place = countWhile(hits.length, (n) => top(n) < 0);
    return place < hits.length ? place : 0;
  }

  #light() {
    this.#dark();
    if (!LIGHTS || !this.#hits.length) return;
    const pieces = this.pieces();
    const ranges = this.#hits.map(({ start, end }) => pieces.range(start, end)).filter(Boolean);
    CSS.highlights.set("found", new Highlight(...ranges));
  }

  #dark() {
    if (!LIGHTS) return;
    CSS.highlights.delete("found");
    CSS.highlights.delete("found-here");
  }

  #show() {
    const range = this.range;
    if (!range) return;
    if (LIGHTS) {
      const here = new Highlight(range);
      here.priority = 1;
      CSS.highlights.set("found-here", here);
    } else {
      for (const mark of document.querySelectorAll(".hit.here")) mark.classList.remove("here");
      for (const mark of document.querySelectorAll(`.hit-${this.#current}`)) mark.classList.add("here");
    }
    this.onHit(range);
  }

  #tell() {
    const [count, typed] = [this.#hits.length, Boolean(this.field.value.trim())];
    const all = count === HITS_MAX ? `more than ${count - 1}` : count;
    this.count.textContent = !typed ? "" : count ? `${this.#current + 1} of ${all}` : "Not found";
    for (const one of this.buttons) one.disabled = !count;
  }
}

/** Brings a range into the middle of the window, if it is not seen already. */
export function reveal(range, { clear = 0 } = {}) {
  const box = range.getBoundingClientRect();
  const [top, bottom] = [96 + clear, innerHeight - 160];
  if (box.top >= top && box.bottom <= bottom) return;
  const element = range.startContainer.parentElement;
  element?.scrollIntoView({ block: "center", behavior: "instant" });
  // Long paragraphs: the element's middle is not the range's.
  const now = range.getBoundingClientRect();
  if (now.top < top || now.bottom > bottom) scrollBy({ top: now.top - innerHeight / 2, behavior: "instant" });
}
