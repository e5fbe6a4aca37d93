// What is said in a video, beside it: follows the playback, and leads to any place of it.

import { clock, h } from "../core.js";
import { countWhile } from "./offsets.js";
import { Pieces } from "./pieces.js";

/// Time in ms after the person moved the page before scrolling is taken for theirs no more.
const SCROLL_SETTLE_MS = 150;

const LIGHTS = Boolean(globalThis.CSS?.highlights && globalThis.Highlight);

/** The segments of a transcript. `onSeek(ms)` plays from there; `onFollow(follows)` hears when following begins and ends. */
export class Transcript {
  #segments;
  #hues;
  #rows = [];
  #current = -1;
  #word = null;

  constructor({ transcript, onSeek, onFollow, signal }) {
    Object.assign(this, { onSeek, onFollow, follows: true });
    this.#segments = transcript.segments;
    this.#hues = speakers(this.#segments);
    this.element = h("ol", { class: "transcript", lang: transcript.language, "aria-label": "Transcript" });
    this.element.addEventListener("click", (event) => this.#clicked(event));
    this.#heed(signal);
    this.paint();
  }

  paint(hits = []) {
    const pieces = new Pieces(hits);
    this.#rows = this.#segments.map((segment, place) => this.#row(segment, place, pieces));
    this.element.replaceChildren(...this.#rows);
    this.pieces = pieces;
    this.#current = -1;
  }

  #row({ start_ms, speaker, text }, place, pieces) {
    const said = h("p", { class: "said", dir: "auto" });
    const from = pieces.length;
    pieces.put(said, text);
    pieces.gap();
    const begins = speaker !== undefined && this.#segments[place - 1]?.speaker !== speaker;
    const hue = this.#hues.get(speaker);
    return Object.assign(h("li", { class: "segment", dataset: { place }, style: hue === undefined ? {} : { "--hue": String(hue) } },
      h("button", { type: "button", class: "stamp", "aria-label": `Play from ${clock(start_ms)}` }, clock(start_ms)),
      h("div", null, begins && h("span", { class: "speaker" }, speakerName(speaker)), said)), { from });
  }

  // Notes

  /** Shows at which segments notes are: `notes` are {id, ms, number}. */
  mark(notes) {
    for (const row of this.element.querySelectorAll(".noted")) {
      row.classList.remove("noted");
      row.querySelector(".segment-notes").remove();
    }
    for (const [place, here] of Map.groupBy(notes, ({ ms }) => Math.max(0, this.#at(ms)))) {
      const row = this.#rows[place];
      if (!row) continue;
      row.classList.add("noted");
      row.append(h("div", { class: "segment-notes" }, here.map(({ id, ms, number }) =>
        h("button", { type: "button", class: "note-mark", dataset: { note: id }, "aria-label": `${number}, note at ${clock(ms)}` }, number))));
    }
  }

  // Playing

  /** The segment that has begun last at `ms`; -1 before the first. */
  #at(ms) {
    return countWhile(this.#segments.length, (n) => this.#segments[n].start_ms <= ms) - 1;
  }

  /** Shows what is being said at `ms`. */
  tell(ms) {
    const place = this.#at(ms);
    const segment = this.#segments[place];
    if (place !== this.#current) {
      this.#rows[this.#current]?.removeAttribute("aria-current");
      this.#rows[place]?.setAttribute("aria-current", "true");
      this.#current = place;
      if (this.follows) this.#bring();
    }
    if (LIGHTS) this.#light(segment, place, ms);
  }

  #light(segment, place, ms) {
    const words = segment?.words ?? [];
    const n = countWhile(words.length, (at) => words[at].start_ms <= ms) - 1;
    const sign = n < 0 || ms > words[n].end_ms ? null : `${place} ${n}`;
    if (sign === this.#word) return;
    this.#word = sign;
    if (sign === null) return CSS.highlights.delete("spoken");
    const { start, end } = this.#places(segment)[n];
    const from = this.#rows[place].from;
    const range = this.pieces.range(from + start, from + end);
    if (range) CSS.highlights.set("spoken", new Highlight(range));
  }

  /** Where the words of a segment stand in its text. A word that is not found there stands where the one before it ends. */
  #places(segment) {
    if (this.placesOf === segment) return this.places;
    let at = 0;
    this.placesOf = segment;
    this.places = segment.words.map(({ text }) => {
      const found = segment.text.indexOf(text.trim(), at);
      if (found < 0) return { start: at, end: at };
      at = found + text.trim().length;
      return { start: found, end: at };
    });
    return this.places;
  }

  // Leading

  #clicked(event) {
    const row = event.target.closest(".segment");
    if (!row || event.target.closest(".note-mark") || !getSelection().isCollapsed) return;
    const segment = this.#segments[row.dataset.place];
    this.follow(true);
    this.onSeek(event.target.closest(".stamp") ? segment.start_ms : this.#wordAt(event, row, segment)?.start_ms ?? segment.start_ms);
  }

  #wordAt({ clientX, clientY }, row, segment) {
    if (!segment.words?.length) return null;
    const point = document.caretPositionFromPoint?.(clientX, clientY) ?? document.caretRangeFromPoint?.(clientX, clientY);
    const shown = point && this.pieces.shownAt(point.offsetNode ?? point.startContainer, point.offset ?? point.startOffset);
    if (shown === null || shown === undefined) return null;
    const place = this.#places(segment).findIndex(({ end }) => end > shown - row.from);
    return segment.words[place];
  }

  /** Begins or ends to follow the playback. */
  follow(follows) {
    if (follows === this.follows) return;
    this.follows = follows;
    this.onFollow(follows);
    if (follows) this.#bring();
  }

  #bring(again = false) {
    const row = this.#rows[this.#current];
    if (!row) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const { top } = row.getBoundingClientRect();
    const way = top - this.#clear() - (innerHeight - this.#clear()) * 0.3;
    if (Math.abs(way) < 8) return;
    const far = Math.abs(way) > innerHeight;
    scrollBy({ top: way, behavior: calm || far ? "instant" : "smooth" });
    // What was far away had only a guessed height until now.
    if (far && !again) requestAnimationFrame(() => this.#bring(true));
  }

  /** How much of the window's top the player covers. */
  #clear() {
    const stage = document.querySelector(".stage");
    const narrow = stage && stage.getBoundingClientRect().width > this.element.getBoundingClientRect().width * 0.9;
    return narrow ? stage.getBoundingClientRect().bottom : 0;
  }

  /** A person who scrolls the segment out of sight wants to read elsewhere. */
  #heed(signal) {
    let timer;
    const moved = (event) => {
      if (event.type === "keydown" && !["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"].includes(event.key)) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const box = this.#rows[this.#current]?.getBoundingClientRect();
        if (this.follows && box && (box.bottom < this.#clear() || box.top > innerHeight)) this.follow(false);
      }, SCROLL_SETTLE_MS);
    };
    for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(name, moved, { signal, passive: true });
    signal.addEventListener("abort", () => LIGHTS && CSS.highlights.delete("spoken"));
  }
}

/** A hue for each speaker, the same whenever the document is opened: by their order, far apart. */
function speakers(segments) {
  const hues = new Map();
  for (const { speaker } of segments) {
    if (speaker !== undefined && !hues.has(speaker)) hues.set(speaker, Math.round(165 + hues.size * 137.5) % 360);
  }
  return hues;
}

/** "spk_0" is "Speaker 1"; a name is a name. */
export function speakerName(speaker) {
  const [, number] = /^(?:spk|speaker)?[_ -]?(\d+)$/i.exec(speaker) ?? [];
  if (number !== undefined) return `Speaker ${/^spk|^\d/i.test(speaker) ? Number(number) + 1 : Number(number)}`;
  return /^[a-z]$/i.test(speaker) ? `Speaker ${speaker.toUpperCase()}` : speaker;
}
