// The evaluators' notes on one document: what the server has, and what is on its way there.
//
// A note is shown as soon as it is written. If it cannot be saved it stays, says why, and can be tried again: what
// somebody wrote is never thrown away by the page.

import { Problem, api, follow } from "../core.js";

/** What is shown of a note. `place` is {start, end} in code points, {ms, end_ms}, or null for the whole document. */
function read(note) {
  return {
    id: note.note_id,
    body: note.body.value,
    author: note.creator?.name ?? null,
    mine: note.mine,
    created: note.created,
    modified: note.modified,
    version: note.version,
    place: placeOf([note.target.selector ?? []].flat()),
  };
}

function placeOf(selectors) {
  const of = (type) => selectors.find((selector) => selector.type === type);
  const position = of("TextPositionSelector");
  if (position) return { start: position.start, end: position.end, quote: of("TextQuoteSelector")?.exact };
  const [, start, end] = /^t=([\d.]+)(?:,([\d.]+))?$/.exec(of("FragmentSelector")?.value ?? "") ?? [];
  return start === undefined ? null : { ms: Math.round(start * 1000), end_ms: end === undefined ? null : Math.round(end * 1000) };
}

function byPlace(a, b) {
  const at = ({ place }) => place?.start ?? place?.ms ?? Infinity;
  return (at(a) === at(b) ? 0 : at(a) - at(b)) || String(a.created).localeCompare(String(b.created));
}

export class Notes {
  #path;
  #known = [];
  /** What is on its way, by the note's id: {kind, body?, place?, target?, version?, state, problem?, theirs?}. */
  #open = new Map();
  #listeners = [];

  constructor(documentId, person) {
    this.#path = `/api/documents/${encodeURIComponent(documentId)}/notes`;
    this.person = person;
    this.problem = null;
  }

  /** Keeps up with the server until `signal` ends it. */
  follow(signal) {
    return follow(this.#path, ({ notes }) => { this.problem = null; this.#learn(notes); }, signal, (problem) => {
      this.problem = problem;
      this.#tell();
    });
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Every note in the order of its place, with `state` "saving", "failed" or "changed" where something is under way. */
  get list() {
    const known = this.#known.flatMap((note) => {
      const open = this.#open.get(note.id);
      if (!open || open.kind === "add") return [note];
      if (open.kind === "remove" && open.state === "saving") return [];
      const body = open.kind === "change" ? open.body : note.body;
      return [{ ...note, body, state: open.state, problem: open.problem, theirs: open.theirs }];
    });
    const ids = new Set(this.#known.map(({ id }) => id));
    const added = [...this.#open].filter(([id, { kind }]) => !ids.has(id) && kind !== "remove").map(([id, open]) => ({
      id, body: open.body, place: open.place, mine: true, author: this.person.username,
      created: open.at, modified: open.at, version: 0, state: open.state, problem: open.problem,
    }));
    return [...known, ...added].sort(byPlace);
  }

  /** Whether something that was written is not saved. */
  get unsaved() {
    return this.#open.size > 0;
  }

  /** `place` is what is shown, `target` what the API takes. */
  add(body, place, target) {
    const id = crypto.randomUUID();
    return this.#begin(id, { kind: "add", body, place, target, at: new Date().toISOString() });
  }

  change(note, body) {
    return this.#begin(note.id, { kind: "change", body, version: note.version, place: note.place, at: note.created });
  }

  remove(note) {
    return this.#begin(note.id, { kind: "remove" });
  }

  /** Tries again; after a conflict, over what the other had written. */
  again({ id }) {
    const open = this.#open.get(id);
    return this.#begin(id, { ...open, version: open.theirs?.version ?? open.version, theirs: undefined });
  }

  /** Gives up what could not be saved. */
  discard({ id }) {
    this.#open.delete(id);
    this.#tell();
  }

  async #begin(id, open) {
    const under = { ...open, state: "saving", problem: undefined };
    this.#open.set(id, under);
    this.#tell();
    try {
      const answer = await this.#send(id, under);
      this.#open.delete(id);
      this.#known = this.#known.filter((note) => note.id !== id).concat(answer ? [read(answer)] : []);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      under.problem = problem;
      under.state = "failed";
      if (problem.code === "note-changed") await this.#meet(id, under);
    }
    this.#tell();
  }

  #send(id, { kind, body, target, version }) {
    const one = `${this.#path}/${id}`;
    switch (kind) {
      case "add": return api(this.#path, { method: "POST", body: { note_id: id, body, target } });
      case "change": return api(one, { method: "PUT", body: { body, version } });
      default: return api(one, { method: "DELETE" });
    }
  }

  /** The note was changed elsewhere: shows both. */
  async #meet(id, open) {
    const { notes } = await api(this.#path).catch(() => ({}));
    if (notes) this.#known = notes.map(read);
    const theirs = this.#known.find((note) => note.id === id);
    if (theirs) Object.assign(open, { state: "changed", theirs });
  }

  #learn(notes) {
    this.#known = notes.map(read);
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
