// A video being watched: the player, what is said beside it, and notes on moments.

import { announce, api, button, clock, emptyState, h, problemBox } from "../core.js";
import { Endnotes } from "./endnotes.js";
import { Find, reveal } from "./find.js";
import { FindingList } from "./finding-list.js";
import { findingsOf } from "./findings.js";
import { helpButton, listen } from "./keys.js";
import { Media } from "./media.js";
import { NoteList } from "./note-list.js";
import { Offsets } from "./offsets.js";
import { Panel } from "./panel.js";
import { Transcript } from "./transcript.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const STEP_SECONDS = 10;
const STEP_SECONDS_SMALL = 5;
const SPEED_KEY = "lectern.speed";

/** Fills `place` with the view of a video. */
export function show(place, context) {
  new Video(context).lay(place);
}

class Video {
  constructor(context) {
    const { id, item, normalized, notes, reads, writes, charsMax, path, signal } = context;
    Object.assign(this, context);
    this.video = h("video", { controls: true, playsinline: true, preload: "metadata", "aria-label": item.title });
    this.trouble = h("div", { class: "stage-trouble" });
    this.media = new Media({ video: this.video, path: `${path}/media`, signal, onProblem: (problem) =>
      this.trouble.replaceChildren(...(problem ? [problemBox(problem, () => this.media.again())] : [])) });
    this.segments = normalized.transcript?.segments ?? [];
    if (this.segments.length) this.#spoken(normalized.transcript);
    const words = (place) => place.end_ms ? `${clock(place.ms)}–${clock(place.end_ms)}` : clock(place.ms);
    this.noteList = reads && new NoteList({
      documentId: id, notes, writes, charsMax, words: (place) => place.ms === undefined ? `“${place.quote ?? ""}”` : words(place),
      onSelect: (note) => this.#goToNote(note), onWriting: (begins) => this.#writing(begins),
    });
    this.findings = findingsOf(normalized, new Offsets(normalized.text));
    this.#panel();
    this.endnotes = new Endnotes({ findings: () => this.findings, notes, words, signal });
  }

  #spoken(transcript) {
    const { signal } = this;
    this.transcript = new Transcript({
      transcript, signal, onSeek: (ms) => this.seek(ms, { play: true }), onFollow: (follows) => { this.followButton.hidden = follows; },
    });
    this.transcript.element.addEventListener("click", (event) => {
      const id = event.target.closest(".note-mark")?.dataset.note;
      if (id) this.#goToNote(this.notes.list.find((note) => note.id === id));
    });
    this.followButton = button("Follow the video", () => this.transcript.follow(true), { class: "button primary follow", hidden: true });
    this.find = new Find({
      label: "Search in the transcript", pieces: () => this.transcript.pieces, signal,
      repaint: (hits) => { this.transcript.paint(hits); this.#marked(); },
      onHit: (range) => { this.transcript.follow(false); reveal(range, { clear: this.#covered() }); },
    });
  }

  #panel() {
    const tabs = [];
    if (this.noteList) tabs.push({ key: "notes", label: "Notes", element: h("div", null,
      this.writes && h("div", { class: "note-actions" },
        this.noteHere = button("Add note at 0:00", () => this.#writeHere(), { kind: "", icon: "plus" }),
        button("Add note on the whole", () => this.noteList.write(null, undefined), { kind: "quiet" })),
      this.noteList.element) });
    if (this.findings.length) tabs.push({ key: "findings", label: "Findings", element: new FindingList({
      findings: this.findings, onFilter: () => {}, onSelect: ({ time }) => time && this.seek(time.start_ms) }).element });
    this.panel = tabs.length ? new Panel(tabs, { label: tabs.map(({ label }) => label).join(" and ") }) : null;
    if (this.findings.length) this.panel.count("findings", this.findings.length);
  }

  lay(place) {
    const help = listen(this.#keys(), this.signal);
    this.tools.append(helpButton(help));
    place.append(h("div", { class: "reader watch" },
      h("div", { class: "stage-column" },
        h("div", { class: "stage" }, this.video, this.trouble, this.#bar()),
        this.panel?.element),
      h("section", { class: "spoken", "aria-label": "Transcript" },
        this.transcript ? [h("div", { class: "reader-bar" }, this.find.element), this.transcript.element, this.followButton] : this.#silent()),
      this.endnotes.element));
    this.#listen();
    this.media.start();
    if (this.segments.length) this.#captions();
    this.notes.onChange(() => this.#marked());
  }

  #silent() {
    const { transcript, media } = this.normalized;
    const why = transcript?.note ?? (media && !media.has_audio ? "The video has no sound." : "Nothing was said, or nobody wrote it down.");
    return emptyState("No transcript", why);
  }

  #bar() {
    const kept = Number(localStorage.getItem(SPEED_KEY));
    this.speed = h("select", { "aria-label": "Speed", onchange: () => this.#setSpeed(Number(this.speed.value)) },
      SPEEDS.map((speed) => h("option", { value: speed }, `${speed}×`)));
    this.#setSpeed(SPEEDS.includes(kept) ? kept : 1);
    return h("div", { class: "stage-bar" },
      button(`Back ${STEP_SECONDS} s`, () => this.#step(-STEP_SECONDS), { kind: "quiet" }),
      button(`Forward ${STEP_SECONDS} s`, () => this.#step(STEP_SECONDS), { kind: "quiet" }),
      h("label", { class: "speed" }, h("span", { class: "soft small" }, "Speed"), this.speed));
  }

  #listen() {
    const on = (name, run) => this.video.addEventListener(name, run, { signal: this.signal });
    // `timeupdate` comes four times a second; words are quicker. The picture's own clock is used where there is one.
    const tell = () => this.#now();
    on("timeupdate", tell);
    on("seeked", tell);
    const frame = () => { if (!this.video.paused && !this.signal.aborted) { tell(); requestAnimationFrame(frame); } };
    on("play", frame);
    tell();
  }

  #now() {
    const ms = this.video.currentTime * 1000;
    this.transcript?.tell(ms);
    const at = `Add note at ${clock(ms)}`;
    if (this.noteHere && this.noteHere.lastChild.data !== at) this.noteHere.lastChild.data = at;
  }

  /** A track sends no token: the captions are fetched, and the track reads them from memory. */
  async #captions() {
    try {
      const response = await api(`${this.path}/captions.vtt`, { raw: true, signal: this.signal });
      const address = URL.createObjectURL(await response.blob());
      this.signal.addEventListener("abort", () => URL.revokeObjectURL(address));
      const language = this.normalized.transcript.language ?? this.normalized.language;
      this.video.append(h("track", { kind: "captions", src: address, srclang: language ?? "und", label: "Captions", default: true }));
    } catch (problem) {
      // The transcript stands beside the video; without captions nothing is lost.
      if (!this.signal.aborted) console.warn(problem);
    }
  }

  // Moving

  seek(ms, { play = false } = {}) {
    this.video.currentTime = ms / 1000;
    if (play && !this.writing) this.video.play().catch(() => {});
    this.#now();
  }

  #step(seconds) {
    const { currentTime, duration } = this.video;
    this.video.currentTime = Math.min(Math.max(0, currentTime + seconds), duration || Infinity);
  }

  #toggle() {
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  #setSpeed(speed) {
    this.video.playbackRate = this.video.defaultPlaybackRate = speed;
    this.speed.value = speed;
    localStorage.setItem(SPEED_KEY, speed);
  }

  #faster(by) {
    const next = SPEEDS[SPEEDS.indexOf(Number(this.speed.value)) + by];
    if (!next) return;
    this.#setSpeed(next);
    announce(`Speed ${next}`);
  }

  #covered() {
    const { width, height } = this.video.getBoundingClientRect();
    return width > innerWidth * 0.8 ? height : 0;
  }

  // Notes

  #writeHere() {
    if (!this.writes) return;
    const ms = Math.round(this.video.currentTime * 1000);
    this.noteList.write({ ms, end_ms: null }, { start_ms: ms });
  }

  /** Nobody hears what is said while they write. */
  #writing(begins) {
    this.writing = begins;
    if (begins) {
      this.goOn = !this.video.paused;
      this.video.pause();
      this.panel?.show("notes");
    } else if (this.goOn) {
      this.video.play().catch(() => {});
    }
  }

  #goToNote(note) {
    this.panel.show("notes");
    this.noteList.select(note.id);
    if (note.place?.ms !== undefined) this.seek(note.place.ms);
  }

  #marked() {
    const { list } = this.notes;
    this.panel?.count("notes", list.length || "");
    this.transcript?.mark(list.flatMap(({ id, place }, n) => place?.ms === undefined ? [] : [{ id, ms: place.ms, number: `N${n + 1}` }]));
  }

  #keys() {
    const step = (seconds) => () => this.#step(seconds);
    return [
      { keys: [" ", "k"], label: "Play or pause", run: () => this.#toggle() },
      { keys: ["j"], label: `Back ${STEP_SECONDS} seconds`, run: step(-STEP_SECONDS) },
      { keys: ["l"], label: `Forward ${STEP_SECONDS} seconds`, run: step(STEP_SECONDS) },
      { keys: ["ArrowLeft"], label: `Back ${STEP_SECONDS_SMALL} seconds`, run: step(-STEP_SECONDS_SMALL) },
      { keys: ["ArrowRight"], label: `Forward ${STEP_SECONDS_SMALL} seconds`, run: step(STEP_SECONDS_SMALL) },
      { keys: ["<"], label: "Slower", run: () => this.#faster(-1) },
      { keys: [">"], label: "Faster", run: () => this.#faster(1) },
      ...(this.transcript ? [
        { keys: ["f"], label: "Follow the video in the transcript", run: () => this.transcript.follow(true) },
        { keys: ["/"], label: "Search in the transcript", run: () => this.find.field.focus() },
      ] : []),
      ...(this.writes ? [{ keys: ["a"], label: "Add a note at this moment", run: () => this.#writeHere() }] : []),
    ];
  }
}
