// A lesson plan being read: the text in the middle, findings and notes beside it.

import { button, dialog, h } from "../core.js";
import { corrections } from "./corrections.js";
import { Endnotes } from "./endnotes.js";
import { Find, reveal } from "./find.js";
import { FindingList, short } from "./finding-list.js";
import { findingsOf } from "./findings.js";
import { helpButton, listen } from "./keys.js";
import { NoteList } from "./note-list.js";
import { Offsets } from "./offsets.js";
import { Panel } from "./panel.js";
import { Selection, passage } from "./selection.js";
import { Text } from "./text.js";

/// Longest passage that a note can be about, in code points: the API's own limit.
const QUOTE_POINTS_MAX = 5_000;

const READINGS = [
  { key: "original", label: "Original" },
  { key: "changes", label: "With changes" },
  { key: "corrected", label: "Corrected" },
];

/** Fills `place` with the reading view of a lesson plan. */
export function show(place, context) {
  new Plan(context).lay(place);
}

class Plan {
  constructor({ id, normalized, notes, reads, writes, charsMax, tools, signal }) {
    const { text, blocks, language } = normalized;
    this.source = text;
    this.offsets = new Offsets(text);
    const units = blocks.map((block) => ({ ...block, start: this.offsets.units(block.start), end: this.offsets.units(block.end) }));
    this.text = new Text(text, units, language);
    this.findings = findingsOf(normalized, this.offsets);
    this.corrections = corrections(this.findings);
    Object.assign(this, { notes, writes, tools, signal, provenance: normalized.provenance, reading: "original", current: null });
    const words = ({ quote, start, end }) => `“${short(quote ?? this.source.slice(this.offsets.units(start), this.offsets.units(end)))}”`;
    this.noteList = reads && new NoteList({
      documentId: id, notes, writes, charsMax, words, onSelect: (note) => this.goToNote(note),
      onWriting: (begins) => begins && this.panel?.show("notes"),
    });
    this.findingList = new FindingList({
      findings: this.findings, passed: this.corrections.passed, onSelect: (finding) => this.goTo(finding.key, finding),
      onFilter: () => this.paint(), onNote: writes && (({ start, end }) => this.write({ start, end })),
    });
    this.panel = this.beside(reads);
    this.find = new Find({
      label: "Search in the text", pieces: () => this.text.pieces, repaint: (hits) => this.paint({ hits }), onHit: (range) => reveal(range), signal,
    });
    this.selection = new Selection({ text: this.text, onNote: (span) => this.write(span), signal });
    this.endnotes = new Endnotes({ findings: () => this.findings, notes, words, signal });
  }

  beside(reads) {
    const tabs = [{ key: "findings", label: "Findings", element: this.findingList.element }];
    const whole = () => button("Add note on the whole", () => this.noteList.write(null, undefined));
    if (reads) tabs.push({ key: "notes", label: "Notes", element: h("div", null, this.writes && whole(), this.noteList.element) });
    const panel = new Panel(tabs, { label: reads ? "Findings and notes" : "Findings" });
    panel.count("findings", this.findings.length);
    if (this.noteList?.writing) panel.show("notes");
    return panel;
  }

  lay(place) {
    const help = listen(this.keys(), this.signal);
    this.tools.append(helpButton(help));
    place.append(h("div", { class: "reader plan" },
      h("div", { class: "reader-bar" }, this.find.element, this.readings()),
      h("div", { class: "reader-text" }, this.source.trim() ? this.text.element : h("p", { class: "soft" }, "There is no text in this document."),
        this.writes && this.selection.button, about(this.provenance)),
      this.panel.element,
      this.endnotes.element));
    this.text.element.addEventListener("click", (event) => this.click(event));
    // Without notes to read, none ever come.
    this.notes.onChange(() => {
      this.panel.count("notes", this.notes.list.length || "");
      this.paintIfNotesMoved();
    });
    this.paint();
  }

  /** Everything that lies over the text now. */
  get marks() {
    const findings = this.findingList.shown.filter(({ start }) => start !== null);
    const noted = this.notes.list.map((note, place) => ({ note, number: `N${place + 1}` })).filter(({ note }) => note.place?.start !== undefined)
      .map(({ note, number }) => ({
        key: `n-${note.id}`, look: "noted", number,
        start: this.offsets.units(note.place.start), end: this.offsets.units(note.place.end),
      }));
    return [...findings, ...noted].sort((a, b) => a.start - b.start || b.end - a.end);
  }

  paint({ hits } = {}) {
    const { marks } = this;
    this.painted = this.notesSign();
    const changes = this.reading === "original" ? [] : this.corrections.changes;
    this.text.paint({ marks, changes, clean: this.reading === "corrected", hits });
    this.light();
    if (!hits) this.find.refresh();
  }

  notesSign() {
    return this.notes.list.map(({ id, place }) => `${id} ${place?.start} ${place?.end}`).join();
  }

  /** A note whose words alone have changed leaves the text as it is. */
  paintIfNotesMoved() {
    if (this.painted !== this.notesSign()) this.paint();
  }

  light() {
    for (const mark of this.text.element.querySelectorAll(".mark.current")) mark.classList.remove("current");
    if (!this.current) return [];
    const marks = [...this.text.element.querySelectorAll(`[data-on~="${this.current}"]`)];
    for (const mark of marks) mark.classList.add("current");
    return marks;
  }

  /** Shows where something is, and marks it. */
  goTo(key, { start, end }) {
    this.current = key;
    const marks = this.light();
    if (start === null) return;
    const range = this.text.pieces.sourceRange(start, Math.max(end, start + 1)) ?? rangeOver(marks);
    if (range) reveal(range);
  }

  goToNote(note) {
    this.noteList.select(note.id, { scroll: false });
    if (note.place) this.goTo(`n-${note.id}`, { start: this.offsets.units(note.place.start), end: this.offsets.units(note.place.end) });
  }

  click(event) {
    if (!getSelection().isCollapsed) return;
    const keys = event.target.closest("[data-on]")?.dataset.on.split(" ");
    if (!keys) return;
    // Where several lie over each other, each click shows the next.
    const key = keys[(keys.indexOf(this.current) + 1) % keys.length];
    if (key.startsWith("n-")) {
      this.panel.show("notes");
      this.current = key;
      this.light();
      this.noteList.select(key.slice(2));
    } else {
      this.panel.show("findings");
      this.findingList.select(key);
    }
  }

  write(span) {
    const target = passage(this.source, this.offsets, span);
    if (target.end - target.start > QUOTE_POINTS_MAX) {
      dialog({
        title: "That is a long passage",
        body: `A note can be about ${QUOTE_POINTS_MAX.toLocaleString()} characters at most. Select less, or write about the whole document.`,
        actions: [{ label: "Close", value: null }],
      });
      return;
    }
    this.noteList.write({ start: target.start, end: target.end, quote: target.exact }, target);
  }

  /** A note on what is selected, else on the search's place, else on the finding that is shown, else on the whole. */
  writeHere() {
    if (!this.writes || this.selection.take((span) => this.write(span))) return;
    const found = this.find.range && this.text.pieces.sourceOf(this.find.range);
    const finding = this.findings.find(({ key, start }) => key === this.current && start !== null);
    const span = found ?? (finding && finding.start < finding.end ? finding : null);
    if (span) this.write(span);
    else this.noteList.write(null, undefined);
  }

  read(reading) {
    this.reading = reading;
    this.text.element.dataset.reading = reading;
    this.paint();
  }

  readings() {
    if (!this.corrections.changes.length) return null;
    return h("fieldset", { class: "choice" }, h("legend", { class: "unseen" }, "Reading"), READINGS.map(({ key, label }) =>
      h("label", null,
        h("input", { type: "radio", name: "reading", value: key, checked: key === this.reading, onchange: () => this.read(key) }),
        h("span", null, label))));
  }

  chooseNext() {
    const inputs = [...document.querySelectorAll("[name=reading]")];
    const next = inputs[(inputs.findIndex(({ checked }) => checked) + 1) % inputs.length];
    next?.click();
  }

  keys() {
    const step = (by) => { this.panel.show("findings"); this.findingList.step(by); };
    return [
      { keys: ["j", "n"], label: "Next finding", run: () => step(1) },
      { keys: ["k", "p"], label: "Previous finding", run: () => step(-1) },
      { keys: ["c"], label: "Original, with changes, corrected", run: () => this.chooseNext() },
      { keys: ["/"], label: "Search in the text", run: () => this.find.field.focus() },
      ...(this.writes ? [{ keys: ["a"], label: "Add a note on what is selected, found or shown", run: () => this.writeHere() }] : []),
    ];
  }
}

/** What a reader should know of how the text came to be what it is; nothing, if it is simply what was handed in. */
function about({ text_view, repairs }) {
  const said = [
    text_view === "accepted" && "Tracked changes are shown as accepted.",
    ...repairs.map(({ note }) => note),
  ].filter(Boolean);
  if (!said.length) return null;
  return h("details", { class: "about-text" }, h("summary", null, "About this text"), h("ul", null, said.map((one) => h("li", null, one))));
}

function rangeOver(marks) {
  if (!marks.length) return null;
  const range = document.createRange();
  range.setStartBefore(marks[0]);
  range.setEndAfter(marks.at(-1));
  return range;
}
