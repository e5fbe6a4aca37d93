// A teacher's documents, newest first, each with where it stands now.

import {
  announce, api, button, counted, emptyState, fileName, follow, h, isFinal, kindWord, pause, plainStatus, problemBox, statusBadge,
  statusWord, timeOf, title,
} from "../core.js";

/// Documents in the part of the list that is followed, and in each further part.
const PAGE = 50;
/** How often a further part with documents under way is asked for again, in ms: a poll of its own would cost a connection. */
const OLDER_REST_MS = 30_000;

export async function show(root, { signal }) {
  title("My documents");
  const list = h("ul", { class: "rows", "aria-label": "Documents" });
  const count = h("p", { class: "lead" });
  const trouble = h("div");
  const more = h("div", { class: "more" });
  root.append(h("div", { class: "page-head" }, h("h1", null, "My documents"), count), trouble, list, more);

  /** What is followed, and the parts that were asked for further down: `{ path, documents }`. */
  let newest = [];
  const older = [];
  let cursor = null;
  const statuses = new Map();

  const draw = () => {
    const known = new Set(newest.map(({ document_id }) => document_id));
    const rows = [...newest, ...older.flatMap(({ documents }) => documents).filter(({ document_id }) => !known.has(document_id))];
    for (const row of rows) tellChange(statuses, row);
    update(list, rows);
    list.hidden = rows.length === 0;
    count.textContent = rows.length ? `${counted(rows.length, "document")}${cursor ? ", and more" : ""}. Their status changes here by itself.` : "";
    more.replaceChildren(...(cursor ? [button("Show more", showMore)] : []));
    if (rows.length === 0 && !cursor) {
      more.replaceChildren(emptyState("Nothing handed in yet", "What you hand in is listed here, with what became of it.",
        h("a", { class: "button primary", href: "/" }, "Hand in a file")));
    }
  };

  async function showMore() {
    const first = list.children.length;
    try {
      const path = `/api/documents?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`;
      const answer = await api(path, { signal });
      older.push({ path, documents: answer.documents });
      if (older.length === 1) keepOlder();
      cursor = answer.cursor ?? null;
      draw();
      list.children[first]?.querySelector("a")?.focus();
    } catch (problem) {
      if (!signal.aborted) more.replaceChildren(problemBox(problem, showMore));
    }
  }

  /** Further down little is under way still; what is, is asked for now and then. */
  async function keepOlder() {
    while (!signal.aborted) {
      await pause(OLDER_REST_MS, signal).catch(() => {});
      for (const part of older.filter(({ documents }) => !documents.every(({ status }) => isFinal(status)))) {
        if (signal.aborted) return;
        // A failure passes; the next round asks again, and the part that is followed says that the line is down.
        await api(part.path, { signal }).then(({ documents }) => { part.documents = documents; draw(); }, () => {});
      }
    }
  }

  await new Promise((shown) => {
    follow(`/api/documents?limit=${PAGE}`, (answer) => {
      newest = answer.documents;
      // Once more was shown, the end of the list is further down.
      if (older.length === 0) cursor = answer.cursor ?? null;
      draw();
      shown();
    }, signal, (problem) => { trouble.replaceChildren(problemBox(problem)); shown(); });
  });
}

function tellChange(statuses, { document_id, status, title: name }) {
  const before = statuses.get(document_id);
  if (before && before !== status) announce(`${name}: ${statusWord(status)}`);
  statuses.set(document_id, status);
}

/** Changes only the rows that changed, so that focus stays where it is. */
function update(list, rows) {
  const there = new Map([...list.children].map((element) => [element.dataset.key, element]));
  const elements = rows.map((row) => there.get(`${row.document_id} ${row.version}`) ?? rowOf(row));
  const same = elements.length === list.children.length && elements.every((element, place) => list.children[place] === element);
  if (!same) {
    const focused = document.activeElement?.closest?.(".rows > li")?.dataset.key.split(" ")[0];
    list.replaceChildren(...elements);
    if (focused) elements.find((element) => element.dataset.key.startsWith(focused))?.querySelector("a").focus();
  }
}

function rowOf(row) {
  const { document_id, version, title: name, kind, lesson, file_name, uploaded_at, status } = row;
  const about = [kindWord(kind), lesson?.subject, lesson?.grade && `Grade ${lesson.grade}`, file_name !== name && fileName(file_name)];
  return h("li", { dataset: { key: `${document_id} ${version}` } },
    h("a", { class: "row", href: `/documents/${document_id}` },
      h("span", { class: "row-title" }, name),
      statusBadge(status),
      h("span", { class: "row-about" }, about.filter(Boolean).map((part) => [part, "\u00a0· "]), "handed in ", timeOf(uploaded_at)),
      h("span", { class: "row-about row-state" }, plainStatus(row))));
}
