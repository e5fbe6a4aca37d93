// A lesson plan as text on a page: its structure as elements, and what lies over it.

import { h } from "../core.js";
import { spread, write } from "./marks.js";
import { outline } from "./outline.js";
import { Pieces } from "./pieces.js";

/// From this many UTF-16 code units on, the browser lays out only what is near the window.
const LONG_UNITS = 20_000;

/** A text that is painted as often as what lies over it changes. */
export class Text {
  #groups;
  #blocks;

  constructor(text, blocks, language) {
    this.source = text;
    this.#groups = outline(text, blocks);
    this.#blocks = this.#groups.flatMap((group) => group.blocks);
    this.element = h("article", { class: "reading-text", lang: language, dir: "auto", dataset: { long: text.length > LONG_UNITS } });
    this.pieces = new Pieces();
  }

  /** Paints the text again; the person keeps their place. */
  paint({ marks = [], changes = [], clean = false, hits = [] }) {
    const kept = this.#place();
    const pieces = new Pieces(hits);
    const [over, changed] = [spread(marks, this.#blocks), spread(changes, this.#blocks)];
    const fill = (element, block) => {
      write(element, block, { text: this.source, pieces, marks: over.get(block), changes: changed.get(block), clean });
      pieces.gap();
      return element;
    };
    const painted = document.createDocumentFragment();
    painted.append(...this.#groups.map((group) => SHAPES[group.kind](group, fill)));
    this.element.replaceChildren(painted);
    this.pieces = pieces;
    this.#keep(kept);
  }

  /** Which part of the text is at the top of the window, and where. */
  #place() {
    const parts = [...this.element.children];
    const place = parts.findIndex((part) => part.getBoundingClientRect().bottom > 0);
    return place > 0 ? { place, top: parts[place].getBoundingClientRect().top } : null;
  }

  #keep(kept) {
    if (kept) scrollBy({ top: this.element.children[kept.place].getBoundingClientRect().top - kept.top, behavior: "instant" });
  }
}

const SHAPES = {
  heading: ({ level, blocks: [block] }, fill) => fill(h(`h${level}`), block),
  paragraph: ({ blocks: [block] }, fill) => fill(h("p"), block),
  quote: ({ blocks }, fill) => h("blockquote", null, blocks.map((block) => fill(h("p"), block))),
  code: ({ blocks: [block] }, fill) => {
    const code = h("code");
    fill(code, block);
    return h("pre", { tabindex: 0, role: "region", "aria-label": "Code" }, code);
  },
  table: ({ rows }, fill) =>
    h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Table" },
      h("table", null, h("tbody", null, rows.map((row) => h("tr", null, row.map((cell) => fill(h("td"), cell))))))),
  list: ({ blocks }, fill) => list(blocks, fill),
};

/** Items by their depth: a deeper one belongs to the one before it. */
function list(items, fill) {
  const top = { depth: 0, element: null };
  const open = [top];
  let root = null;
  for (const item of items) {
    const depth = item.level ?? 1;
    while (open.length > 1 && open.at(-1).depth > depth) open.pop();
    const ordered = item.ordinal !== undefined;
    if (open.at(-1).depth !== depth || (open.at(-1).ordered !== ordered && open.length > 1)) {
      if (open.at(-1).depth === depth) open.pop();
      const element = ordered ? h("ol") : h("ul");
      const parent = open.at(-1).element?.lastElementChild ?? (root ??= h("div", { class: "list" }));
      parent.append(element);
      open.push({ depth, ordered, element });
    }
    const entry = h("li");
    if (ordered) entry.setAttribute("value", item.ordinal);
    // Text first: a list inside comes behind it.
    fill(entry, item);
    open.at(-1).element.append(entry);
  }
  return root ?? h("div");
}
