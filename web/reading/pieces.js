// The text that a page shows, piece by piece: which text node holds which stretch of it, and which stretch of the source.
//
// What is shown may differ from the source, as in the corrected reading. Search counts in what is shown; annotations and
// notes count in the source. Everything counts in UTF-16 code units.

import { countWhile } from "./offsets.js";

/** A text as it is laid out. */
export class Pieces {
  #pieces = [];
  #places = new WeakMap();
  #shown = [];
  #length = 0;
  #hits = [];

  /** `hits` are stretches of what will be shown, in order, to be wrapped in `<mark>` where the browser has no highlights. */
  constructor(hits = []) {
    this.#hits = hits;
  }

  /** Writes text into an element. `source` is its place in the source; null for what is not in it. */
  put(parent, text, source = null) {
    let at = 0;
    let hit = countWhile(this.#hits.length, (n) => this.#hits[n].end <= this.#length);
    while (at < text.length) {
      const { start, end } = this.#hits[hit] ?? { start: Infinity, end: Infinity };
      const marked = start <= this.#length;
      const length = Math.min(text.length - at, (marked ? end : start) - this.#length);
      const into = marked ? parent.appendChild(document.createElement("mark")) : parent;
      if (marked) into.className = `hit hit-${hit}`;
      this.#add(into, text.slice(at, at + length), source === null ? null : source + at);
      at += length;
      if (marked && this.#length >= end) hit += 1;
    }
  }

  #add(parent, text, source) {
    const node = document.createTextNode(text);
    const piece = { node, source, shown: this.#length, length: text.length };
    parent.append(node);
    this.#pieces.push(piece);
    this.#places.set(node, piece);
    this.#skip(text);
  }

  /** What stands between two pieces that do not touch, so that no search finds one word across them. */
  gap(text = "\n") {
    this.#skip(text);
  }

  #skip(text) {
    this.#shown.push(text);
    this.#length += text.length;
  }

  /** How much is shown so far. */
  get length() {
    return this.#length;
  }

  /** Everything that is shown, as one string. */
  get shown() {
    if (this.#shown.length > 1) this.#shown = [this.#shown.join("")];
    return this.#shown[0] ?? "";
  }

  /** A range over a stretch of what is shown; null if nothing of it has a place. */
  range(start, end) {
    const of = ({ shown }) => shown;
    return this.#range(this.#pieces, of, start, end);
  }

  /** A range over a stretch of the source; null if none of it is shown. */
  sourceRange(start, end) {
    this.sources ??= this.#pieces.filter(({ source }) => source !== null);
    const of = ({ source }) => source;
    return this.#range(this.sources, of, start, end);
  }

  #range(pieces, of, start, end) {
    const first = countWhile(pieces.length, (n) => of(pieces[n]) + pieces[n].length <= start);
    const behind = countWhile(pieces.length, (n) => of(pieces[n]) < Math.max(end, start + 1));
    if (first >= behind) return null;
    const range = document.createRange();
    const [from, to] = [pieces[first], pieces[behind - 1]];
    range.setStart(from.node, Math.max(0, start - of(from)));
    range.setEnd(to.node, Math.min(to.length, end - of(to)));
    return range;
  }

  /** The stretch of the source that a range of the page covers; null if it covers nothing of it. */
  sourceOf(range) {
    const covered = this.#pieces.filter(({ node, source }) => source !== null && range.intersectsNode(node));
    if (!covered.length) return null;
    const [first, last] = [covered[0], covered.at(-1)];
    const start = first.source + (range.startContainer === first.node ? range.startOffset : 0);
    const end = last.source + (range.endContainer === last.node ? range.endOffset : last.length);
    return start < end ? { start, end } : null;
  }

  /** The place in what is shown of a point in one of the text nodes; null elsewhere. */
  shownAt(node, offset) {
    const piece = this.#places.get(node);
    return piece ? piece.shown + offset : null;
  }
}
