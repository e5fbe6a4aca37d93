// The notes as a person sees and writes them.

import { announce, button, dialog, h, stayFor, time, timeOf } from "../core.js";

/// Written and not yet sent, by document: kept while the person looks at other pages.
const drafts = new Map();
stayFor(() => drafts.size > 0 && "A note is not saved yet.");

/**
 * `words(place)` says where a note is; `onSelect(note)` shows it there; `onWriting(begins)` hears when somebody begins and
 * ends to write.
 */
export class NoteList {
  #cards = new Map();
  #editor = null;

  constructor({ documentId, notes, writes, charsMax, words, onSelect, onWriting = () => {} }) {
    Object.assign(this, { documentId, notes, writes, charsMax, words, onSelect, onWriting, selected: null });
    this.compose = h("div", { class: "compose" });
    this.list = h("ol", { class: "notes" });
    this.state = h("div");
    const draft = drafts.get(documentId);
    if (draft && !draft.id) this.write(draft.place, draft.target, draft.body);
    this.draft = draft?.id ? draft : null;
    this.element = h("div", { class: "note-list" }, this.compose, this.state, this.list);
    notes.onChange(() => this.update());
    this.update();
  }

  /** Whether somebody is writing. */
  get writing() {
    return this.#editor !== null;
  }

  /** Opens the field for a new note. */
  write(place, target, body = "") {
    if (!this.writes) return;
    if (this.#editor) return this.#editor.querySelector("textarea").focus();
    this.compose.append(this.#edit({
      label: `Note ${this.#where(place)}`,
      body,
      draft: { place, target },
      save: (text) => this.notes.add(text, place, target),
    }));
  }

  update() {
    const { list, problem } = this.notes;
    this.state.replaceChildren(...(problem
      ? [h("p", { class: "soft", role: "status" }, `The notes cannot be shown. ${problem.title}. ${problem.next_action}`)]
      : list.length ? [] : [h("p", { class: "soft" }, this.writes ? "No notes yet." : "Nobody has written a note.")]));
    const there = new Set(list.map(({ id }) => id));
    for (const [id, { element }] of this.#cards) {
      if (there.has(id)) continue;
      element.remove();
      this.#cards.delete(id);
    }
    list.forEach((note, place) => {
      const card = this.#card(note);
      if (this.list.children[place] !== card) this.list.insertBefore(card, this.list.children[place] ?? null);
    });
    const { draft } = this;
    const resumed = draft && list.find(({ id, mine, state }) => id === draft.id && mine && !state);
    if (resumed) {
      this.draft = null;
      this.#change(resumed, draft.body);
    }
  }

  select(id, { scroll = true } = {}) {
    this.selected = id;
    for (const [of, { element }] of this.#cards) element.classList.toggle("current", of === id);
    if (scroll && id) this.#cards.get(id)?.element.scrollIntoView({ block: "nearest" });
  }

  /** The card of a note: made anew only if the note has changed and nobody writes in it. */
  #card(note) {
    const sign = JSON.stringify(note);
    const known = this.#cards.get(note.id);
    if (known && (known.sign === sign || known.element.contains(this.#editor))) return known.element;
    const element = h("li", { class: `note ${note.state ?? ""}`, dataset: { note: note.id } }, this.#inside(note));
    element.classList.toggle("current", note.id === this.selected);
    if (known) known.element.replaceWith(element);
    this.#cards.set(note.id, { sign, element });
    return element;
  }

  #inside(note) {
    const edited = note.modified && note.modified !== note.created;
    const author = note.mine ? "You" : note.author ?? "A colleague";
    return [
      h("button", { type: "button", class: "note-place", onclick: () => this.onSelect(note) },
        note.place ? this.words(note.place) : "The whole document"),
      h("p", { class: "note-body" }, note.body),
      h("p", { class: "note-about" }, author, " · ", timeOf(note.created), edited && ` · edited ${time(note.modified)}`),
      note.state ? this.#trouble(note) : note.mine && this.writes && h("div", { class: "note-actions" },
        button("Edit", () => this.#change(note), { kind: "quiet", "aria-label": `Edit the note ${this.#where(note.place)}` }),
        button("Delete", () => this.#remove(note), { kind: "quiet", "aria-label": `Delete the note ${this.#where(note.place)}` })),
    ];
  }

  #where(place) {
    if (!place) return "on the whole document";
    return `${place.ms === undefined ? "on" : "at"} ${this.words(place)}`;
  }

  #trouble(note) {
    if (note.state === "saving") return h("p", { class: "note-about", role: "status" }, "Saving…");
    if (note.state === "changed") {
      return h("div", { class: "note-trouble", role: "alert" },
        h("p", null, "This note was changed elsewhere in the meantime. There it says:"),
        h("p", { class: "note-body theirs" }, note.theirs.body),
        h("div", { class: "note-actions" },
          button("Keep mine", () => this.notes.again(note), { kind: "quiet" }),
          button("Take the other", () => this.notes.discard(note), { kind: "quiet" })));
    }
    return h("div", { class: "note-trouble", role: "alert" },
      h("p", null, `Not saved. ${note.problem.title}. ${note.problem.next_action}`),
      h("div", { class: "note-actions" },
        button("Try again", () => this.notes.again(note), { kind: "quiet" }),
        button("Discard", () => this.notes.discard(note), { kind: "quiet" })));
  }

  #change(note, body = note.body) {
    if (this.#editor) return this.#editor.querySelector("textarea").focus();
    const card = this.#cards.get(note.id).element;
    const inside = [...card.childNodes];
    const editor = this.#edit({
      label: `Note ${this.#where(note.place)}`,
      body,
      draft: { id: note.id },
      save: (text) => text !== note.body && this.notes.change(note, text),
      close: () => card.replaceChildren(...inside),
    });
    card.replaceChildren(editor);
  }

  async #remove(note) {
    const answer = await dialog({
      title: "Delete this note?",
      body: "It disappears for everybody in the school.",
      actions: [{ label: "Keep it", value: null }, { label: "Delete", value: "delete", kind: "danger" }],
    });
    if (answer === "delete") this.notes.remove(note);
  }

  #edit({ label, body, draft, save, close = () => {} }) {
    const before = document.activeElement;
    const field = h("textarea", { rows: 4, value: body, required: true, maxlength: this.charsMax, oninput: () => keep(), onkeydown: (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      if (event.key === "Escape") { event.preventDefault(); leave(); }
    } });
    const form = h("form", { class: "note-form", onsubmit: (event) => { event.preventDefault(); done(); } },
      h("label", { class: "field" }, h("span", null, label), field),
      h("div", { class: "note-actions" },
        h("button", { type: "submit", class: "button primary" }, "Save"),
        button("Cancel", () => leave(), { kind: "quiet" })));
    const keep = () => field.value.trim() && field.value !== (draft.id ? body : "")
      ? drafts.set(this.documentId, { ...draft, body: field.value })
      : drafts.delete(this.documentId);
    const end = () => {
      drafts.delete(this.documentId);
      this.#editor = null;
      form.remove();
      close();
      this.update();
      this.onWriting(false);
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
    const done = () => {
      const text = field.value.trim();
      if (!text) return field.focus();
      end();
      save(text);
      announce("The note is being saved.");
    };
    const leave = async () => {
      const question = { title: "Throw away what you wrote?", body: "The note was not saved.",
        actions: [{ label: "Go on writing", value: null }, { label: "Throw away", value: "yes", kind: "danger" }] };
      if (!drafts.has(this.documentId) || await dialog(question) === "yes") end();
      else field.focus();
    };
    this.#editor = form;
    this.onWriting(true);
    // A draft that was left open waits to be gone on with; it does not take the focus from a page that has just come.
    if (this.element) requestAnimationFrame(() => { field.focus(); form.scrollIntoView({ block: "nearest" }); });
    return form;
  }
}
