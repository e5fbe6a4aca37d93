// The reading room: what is ready to be read, found by who wrote it, about what, and when.

import {
  announce, api, button, counted, day, emptyState, follow, h, icon, kindWord, problemBox, replaceQuery, spinner, timeOf, title,
} from "../core.js";

/// Rows asked for at once.
const ROWS = 50;
/// Rows looked through for the names of teachers and subjects: the most that the API lists at once.
const NAMES_ROWS = 200;
/// Answers without a row that are followed on before the person is asked whether to look further.
const EMPTY_ANSWERS_MAX = 5;
/// Time without typing before the list is asked for, in ms.
const SETTLE_MS = 250;

const FILTERS = ["q", "kind", "teacher", "subject", "from", "to"];

export async function show(root, { query, signal }) {
  title("Reading room");
  const room = new Room(query, signal);
  root.append(
    h("header", { class: "page-head" }, h("h1", null, "Reading room"),
      h("p", { class: "lead" }, "Lesson plans and videos that are ready to be read.")),
    room.form, room.news, room.element);
  // Before the router moves on.
  room.rows.addEventListener("click", () => room.keep());
  // Most people read what is new and filter nothing: names are asked for when somebody turns to the filters.
  room.form.addEventListener("focusin", () => room.names(), { once: true });
  await room.load();
}

class Room {
  #loading;
  #pages = 0;
  known = { teachers: new Map(), subjects: new Set() };

  constructor(query, signal) {
    this.signal = signal;
    this.wish = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
    this.rows = h("ul", { class: "rows" });
    this.below = h("div", { class: "more" });
    this.element = h("section", { "aria-label": "Documents" }, this.rows, this.below);
    this.news = h("div", { class: "notice", role: "status" });
    this.form = this.#form();
  }

  #form() {
    const { wish } = this;
    const changed = () => this.#wished();
    let timer;
    const typed = () => { clearTimeout(timer); timer = setTimeout(changed, SETTLE_MS); };
    const field = (label, control) => h("label", { class: "field" }, h("span", null, label), control);
    const at = (name, props) => h("input", { name, value: wish[name], ...props });
    this.teachers = h("select", { name: "teacher", onchange: changed });
    this.subjects = h("datalist", { id: "subjects" });
    // One that the list may not name, but the address does.
    if (wish.teacher) this.known.teachers.set(wish.teacher, wish.teacher);
    this.#name([]);
    const kind = h("select", { name: "kind", onchange: changed },
      [["", "Both"], ["lesson_plan", "Lesson plans"], ["video", "Videos"]].map(([value, label]) => h("option", { value }, label)));
    kind.value = wish.kind;
    this.clear = button("Clear", () => this.#cleared(), { kind: "quiet" });
    return h("form", { class: "room-filters", role: "search", "aria-label": "Documents", onsubmit: (event) => { event.preventDefault(); changed(); } },
      h("label", { class: "room-search" }, h("span", { class: "unseen" }, "Search"), icon("search"),
        at("q", { type: "search", class: "input", placeholder: "Title, subject, file or teacher", autocomplete: "off", oninput: typed })),
      h("div", { class: "filters" },
        field("Kind", kind),
        field("Teacher", this.teachers),
        field("Subject", at("subject", { type: "text", list: "subjects", autocomplete: "off", oninput: typed })),
        field("From", at("from", { type: "date", onchange: changed })),
        field("To", at("to", { type: "date", onchange: changed }))),
      this.clear, this.subjects);
  }

  #wished() {
    const said = new FormData(this.form);
    const wish = Object.fromEntries(FILTERS.map((name) => [name, String(said.get(name) ?? "").trim()]));
    if (JSON.stringify(wish) === JSON.stringify(this.wish)) return;
    this.wish = wish;
    replaceQuery(wish);
    this.load({ tell: true });
  }

  #cleared() {
    for (const control of this.form.elements) if (control.name) control.value = "";
    this.#wished();
    this.form.elements.q.focus();
  }

  #path(more = {}) {
    const wish = { status: "ready", ...this.wish, ...more };
    return `/api/documents?${new URLSearchParams(Object.entries(wish).filter(([, value]) => value))}`;
  }

  /** Shows the list for what is wished, from its beginning. */
  async load({ tell = false } = {}) {
    this.#loading?.abort();
    this.#loading = new AbortController();
    const signal = AbortSignal.any([this.signal, this.#loading.signal]);
    this.clear.hidden = !FILTERS.some((name) => this.wish[name]);
    this.element.setAttribute("aria-busy", "true");
    const left = tell ? null : history.state?.reading;
    const again = left?.query === location.search ? left : null;
    try {
      const first = await this.#page({}, signal);
      this.news.replaceChildren();
      this.rows.replaceChildren(...first.documents.map(row));
      this.#name(first.documents);
      this.#pages = 1;
      let { cursor } = first;
      // Coming back, as far down as it was.
      while (cursor && this.#pages < (again?.pages ?? 1)) cursor = await this.#append(cursor, signal);
      this.#end(cursor);
      if (tell) announce(this.#said());
      if (again) requestAnimationFrame(() => scrollTo({ top: again.top, behavior: "instant" }));
      this.#listen(first, signal);
    } catch (problem) {
      if (signal.aborted) return;
      this.rows.replaceChildren();
      this.below.replaceChildren(problemBox(problem, () => this.load()));
    } finally {
      if (!signal.aborted) this.element.removeAttribute("aria-busy");
    }
  }

  /** A page with a row in it if there is one nearby: an answer may be empty and still have more behind it. */
  async #page(more, signal) {
    let answer = await api(this.#path({ limit: ROWS, ...more }), { signal });
    for (let tries = 1; !answer.documents.length && answer.cursor && tries < EMPTY_ANSWERS_MAX; tries += 1) {
      answer = { ...await api(this.#path({ limit: ROWS, cursor: answer.cursor }), { signal }), skipped: true };
    }
    return answer;
  }

  async #append(cursor, signal) {
    const { documents, cursor: next } = await this.#page({ cursor }, signal);
    const rows = documents.map(row);
    this.rows.append(...rows);
    this.#pages += 1;
    this.latest = rows[0];
    return next;
  }

  #end(cursor) {
    const count = this.rows.childElementCount;
    this.rows.hidden = !count;
    const more = cursor && button(count ? "Show more" : "Look further back", async () => {
      this.below.replaceChildren(spinner("Loading more"));
      try {
        this.#end(await this.#append(cursor, this.signal));
        this.latest?.querySelector("a").focus();
        announce(this.#said());
      } catch (problem) {
        if (!this.signal.aborted) this.below.replaceChildren(problemBox(problem, () => this.#end(cursor)));
      }
    });
    this.below.replaceChildren(...[count ? null : this.#empty(cursor), more].filter(Boolean));
  }

  #empty(cursor) {
    if (cursor) return emptyState("Nothing so far", "The newest documents do not match. Older ones may.");
    return this.clear.hidden
      ? emptyState("Nothing to read yet", "What teachers hand in appears here as soon as it is ready.")
      : emptyState("Nothing matches", "Take a filter away, or search for another word.", button("Clear the filters", () => this.#cleared()));
  }

  #said() {
    return `${counted(this.rows.childElementCount, "document")} shown.`;
  }

  /** Hears of changes. A list that somebody reads does not move under their eyes. */
  #listen(first, signal) {
    if (first.skipped) return;
    follow(this.#path({ limit: ROWS }), ({ documents }) => {
      const known = new Set([...this.rows.querySelectorAll("[data-id]")].map(({ dataset }) => dataset.id));
      const arrived = documents.filter(({ document_id }) => !known.has(document_id)).length;
      if (!known.size && arrived) return this.load();
      if (arrived) this.news.replaceChildren(button(`Show ${counted(arrived, "new document")}`, () => this.load({ tell: true }), { kind: "quiet" }));
    }, signal, () => {}, first.fingerprint);
  }

  /** Fills the choice of teachers and subjects from the latest documents. */
  async names() {
    const answer = await api(`/api/documents?status=ready&limit=${NAMES_ROWS}`, { signal: this.signal }).catch(() => null);
    if (answer) this.#name(answer.documents);
  }

  #name(documents) {
    for (const { teacher, teacher_name, lesson } of documents) {
      if (teacher) this.known.teachers.set(teacher, teacher_name ?? this.known.teachers.get(teacher) ?? teacher);
      if (lesson?.subject) this.known.subjects.add(lesson.subject);
    }
    const teachers = [...this.known.teachers].sort((a, b) => a[1].localeCompare(b[1]));
    const options = [["", "Everybody"], ...teachers].map(([value, name]) => h("option", { value }, name));
    const same = options.length === this.teachers.options.length
      && options.every((option, place) => option.isEqualNode(this.teachers.options[place]));
    // A list that is open under somebody's hand is left alone where it can be.
    if (!same) this.teachers.replaceChildren(...options);
    this.teachers.value = this.wish.teacher;
    this.subjects.replaceChildren(...[...this.known.subjects].sort().map((value) => h("option", { value })));
  }

  /** Keeps how far down the list the person was, in the history. */
  keep() {
    history.replaceState({ ...history.state, reading: { query: location.search, pages: this.#pages, top: scrollY } }, "");
  }
}

function row({ document_id, title: name, kind, teacher, teacher_name, lesson, uploaded_at }) {
  const about = [teacher_name ?? teacher, lesson?.subject, lesson?.grade && `grade ${lesson.grade}`].filter(Boolean).join(" · ");
  return h("li", { dataset: { id: document_id } }, h("a", { class: "row room-row", href: `/reading/${document_id}` },
    h("span", { class: "room-kind" }, icon(kind === "video" ? "film" : "page"), h("span", { class: "unseen" }, kindWord(kind))),
    h("span", { class: "row-title" }, name),
    h("span", { class: "row-about" }, about),
    h("span", { class: "room-day" }, timeOf(uploaded_at, day(uploaded_at)))));
}
