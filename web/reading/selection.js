// The button that appears at a selection of the text, to write a note on it.

import { button } from "../core.js";

/// Code points of the text kept on either side of a quote: enough to find it again.
const CONTEXT_POINTS = 32;

/** Follows the selection inside `text.element`; `onNote(span)` is called with {start, end} in UTF-16 code units. */
export class Selection {
  constructor({ text, onNote, signal }) {
    this.text = text;
    this.button = button("Add note", () => this.take(onNote), {
      class: "button primary note-here", icon: "plus", hidden: true,
      // Pressing it must not end the selection.
      onpointerdown: (event) => event.preventDefault(),
      onmousedown: (event) => event.preventDefault(),
    });
    this.button.tabIndex = -1;
    let timer;
    document.addEventListener("selectionchange", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#place(), 100);
    }, { signal });
  }

  /** What is selected, or null. White space at its ends is left out. */
  get span() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(this.text.element)) return null;
    const span = this.text.pieces.sourceOf(range);
    if (!span) return null;
    const said = this.text.source.slice(span.start, span.end);
    const start = span.start + (said.length - said.trimStart().length);
    const end = span.end - (said.length - said.trimEnd().length);
    return start < end ? { start, end } : null;
  }

  take(onNote) {
    const { span } = this;
    if (!span) return false;
    this.button.hidden = true;
    getSelection().removeAllRanges();
    onNote(span);
    return true;
  }

  #place() {
    this.button.hidden = !this.span;
    if (this.button.hidden) return;
    const around = this.button.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0, width: innerWidth };
    const boxes = getSelection().getRangeAt(0).getClientRects();
    const last = boxes[boxes.length - 1];
    if (!last) return;
    const left = Math.min(Math.max(0, last.right - around.left - 60), around.width - 140);
    this.button.style.left = `${left}px`;
    this.button.style.top = `${last.bottom - around.top + 8}px`;
  }
}

/** The API's target for a stretch of the text: code points, the quote and what is around it. */
export function passage(text, offsets, { start, end }) {
  const points = (units) => Array.from(units);
  return {
    start: offsets.points(start),
    end: offsets.points(end),
    exact: text.slice(start, end),
    prefix: points(text.slice(Math.max(0, start - 2 * CONTEXT_POINTS), start)).slice(-CONTEXT_POINTS).join(""),
    suffix: points(text.slice(end, end + 2 * CONTEXT_POINTS)).slice(0, CONTEXT_POINTS).join(""),
  };
}
