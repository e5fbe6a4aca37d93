// One document in the reading room: what it is, and then the view for its kind.

import {
  Problem, api, bytes, button, day, emptyState, follow, h, icon, isFinal, kindWord, me, plainStatus, problemBox, save, service,
  spinner, stylesheet, timeOf, title,
} from "../core.js";
import { Notes } from "./notes.js";

/// Documents kept in memory to be looked at again; each may be a few MB.
const KEPT_MAX = 4;

/** By id: the last answer and its ETag. */
const kept = new Map();

export async function show(root, { params: { id }, signal }) {
  const path = `/api/documents/${encodeURIComponent(id)}`;
  const [item, person] = await Promise.all([api(path, { signal }), me(), stylesheet("/reading/reading.css")]);
  title(item.title);
  root.classList.add("wide", "reading");
  const tools = h("div", { class: "actions" });
  const place = h("div");
  const notice = h("div", { class: "notice", role: "status" });
  root.append(head(item, person, tools), notice, place);
  let shown = null;
  await look(item);
  follow(path, look, signal, gone, item.version);

  /** What is shown is one revision; when another is there, the person decides when to change over. */
  async function look(item) {
    if (!item.normalized || item.status === "deleted") return shown ? replaced(item) : wait(item);
    if (shown === item.revision) return notice.replaceChildren();
    if (shown) return replaced(item);
    shown = item.revision;
    await open(item);
  }

  function wait(item) {
    const over = isFinal(item.status);
    place.replaceChildren(emptyState(over ? "There is nothing to read" : "Not ready yet", `${plainStatus(item)}.`.replace(/\.\.$/, ".")));
  }

  function replaced(item) {
    if (notice.hasChildNodes()) return;
    const said = item.status === "deleted" ? "This document was deleted." : "A newer version of this document was handed in.";
    notice.replaceChildren(h("p", null, said, " ", item.status !== "deleted" && item.normalized &&
      button("Show it", () => location.reload(), { kind: "quiet" })));
  }

  async function open(item) {
    if (root.isConnected) place.replaceChildren(spinner("Opening the document"));
    try {
      const [normalized, { limits }] = await Promise.all([read(path, signal), service()]);
      if (signal.aborted) return;
      const reads = person.roles.some((role) => role === "evaluator" || role === "operator");
      const notes = new Notes(id, person);
      const context = {
        id, item, normalized, notes, tools, signal, path,
        reads, writes: person.roles.includes("evaluator"), charsMax: limits?.note_chars_max,
      };
      const view = item.kind === "video" ? await import("./video.js") : await import("./plan.js");
      place.replaceChildren();
      view.show(place, context);
      if (reads) notes.follow(signal);
    } catch (problem) {
      if (signal.aborted) return;
      shown = null;
      place.replaceChildren(problemBox(problem, () => open(item)));
    }
  }

  function gone(problem) {
    notice.replaceChildren(problemBox(problem));
  }
}

function head(item, person, tools) {
  const { title: name, teacher, teacher_name, lesson, uploaded_at, size, kind, document_id } = item;
  const about = [
    kindWord(kind), teacher_name ?? teacher, lesson?.subject, lesson?.grade && `grade ${lesson.grade}`, bytes(size),
  ].filter(Boolean).join(" · ");
  const reads = person.roles.some((role) => role === "evaluator" || role === "operator");
  tools.append(
    button("Original", (event) => download(event, document_id), { kind: "quiet", icon: "download" }),
    button("Print", () => print(), { kind: "quiet", icon: "print" }),
    !reads || person.roles.includes("operator") ? h("a", { class: "button quiet", href: `/documents/${document_id}` }, "History") : "");
  return h("header", { class: "page-head reading-head" },
    h("p", { class: "crumb" }, h("a", { href: reads ? "/reading" : "/documents" }, icon("back"), reads ? "Reading room" : "My documents")),
    h("h1", null, name),
    h("div", { class: "reading-about" }, h("p", { class: "soft" }, about, " · ", timeOf(uploaded_at, day(uploaded_at))), tools));
}

/** The link is asked for when it is wanted, not before: it lives for minutes only. */
async function download(event, id) {
  const pressed = event.currentTarget;
  pressed.disabled = true;
  try {
    await save(`/api/documents/${encodeURIComponent(id)}/original`);
  } catch (problem) {
    document.querySelector(".notice").replaceChildren(problemBox(problem));
  } finally {
    pressed.disabled = false;
  }
}

/** The normalized document; one that is known and has not changed is not sent again. */
async function read(path, signal) {
  const known = kept.get(path);
  const response = await api(`${path}/normalized`, {
    raw: true, signal, headers: known?.tag ? { "if-none-match": known.tag } : {},
  });
  if (response.status === 304 && known) return known.normalized;
  const answer = await response.json();
  const normalized = answer.schema ? answer : await linked(answer.url, signal);
  kept.delete(path);
  kept.set(path, { tag: response.headers.get("etag"), normalized });
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value);
  return normalized;
}

/** A large one comes from the bucket itself. */
async function linked(url, signal) {
  const response = await fetch(url, { signal, credentials: "omit" }).catch(() => ({ ok: false }));
  if (response.ok) return response.json();
  throw new Problem({
    status: response.status,
    code: "document-unreachable",
    title: "The document could not be loaded",
    next_action: "Check the connection and try again.",
  });
}
