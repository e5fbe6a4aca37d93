// One document: where it stands, what happened to it, and what can be done.

import {
  announce, api, bytes, button, dialog, expected, fileName, follow, h, icon, isFinal, kindWord, me, plainStatus, problemBox, save,
  statusBadge, time, timeOf, title,
} from "../core.js";

export async function show(root, { params, signal }) {
  const path = `/api/documents/${encodeURIComponent(params.id)}`;
  const person = await me();
  const view = frame(root, person, path);
  let version = 0;
  const draw = (item) => {
    // What was just done here may be known before the long poll tells of it.
    if (item.version < version) return;
    if (version && item.version > version) announce(plainStatus(item));
    version = item.version;
    view.draw(item);
  };
  await new Promise((shown, failed) => {
    follow(path, (item) => { draw(item); shown(); }, signal, (problem) => {
      if (version) view.trouble(problem);
      failed(problem);
    });
  });
}

function frame(root, person, path) {
  const name = h("h1");
  const state = h("p", { class: "lead", id: "state" });
  const badge = h("p");
  const notice = h("div");
  const actions = h("div", { class: "actions" });
  const history = h("ol", { class: "timeline" });
  const facts = h("dl", { class: "facts" });
  const back = person.roles.includes("teacher")
    ? h("a", { href: "/documents", class: "back" }, icon("back"), "My documents") : null;
  root.append(
    back,
    h("div", { class: "page-head" }, badge, name, state, actions),
    notice,
    h("div", { class: "aside-layout" },
      h("section", { "aria-labelledby": "history" }, h("h2", { id: "history" }, "What happened"), history),
      h("section", { class: "card", "aria-labelledby": "about" }, h("h2", { id: "about" }, "About it"), facts)));

  const trouble = (problem) => notice.replaceChildren(problemBox(problem));
  const attempt = (work) => () => work().catch(trouble);

  let offered = null;
  const draw = (item) => {
    // What was deleted has lost its title with everything else.
    title(item.title || "A deleted document");
    name.textContent = item.title || "A deleted document";
    // Why it ended is said below, with what to do.
    state.hidden = Boolean(item.failure) && isFinal(item.status);
    state.textContent = `${plainStatus(item)}.`.replace(/\.\.$/, ".");
    badge.replaceChildren(statusBadge(item.status));
    notice.replaceChildren(...[item.failure && whatToDo(item), item.receipt && receipt(item)].filter(Boolean));
    history.replaceChildren(...steps(item));
    facts.replaceChildren(...about(item, person).flatMap(([word, value]) => [h("dt", null, word), h("dd", null, value)]));
    const offer = offers(item, person);
    // Buttons stay while the same can be done, and with them the focus.
    if (offer.join() === offered) return;
    offered = offer.join();
    actions.replaceChildren(...offer.map((word) => OFFERS[word](item, { attempt, remove })));
  };

  async function remove(item) {
    const answer = await dialog({
      title: "Delete this document?",
      body: h("div", { class: "stack" },
        h("p", null, `“${item.title}”: the file that was handed in, what came back and what was made of it are removed, and the proofreader is asked to forget it.`),
        h("p", null, "This cannot be undone. You get a receipt when all of it is gone.")),
      actions: [{ label: "Keep it", value: "keep" }, { label: "Delete", value: "delete", kind: "danger" }],
    });
    if (answer !== "delete") return;
    await api(path, { method: "DELETE" });
    announce("Deleted. The receipt follows.");
  }
  return { draw, trouble };
}

// What can be done

function offers(item, person) {
  const own = person.roles.includes("teacher") && item.teacher === person.subject;
  const { status, revision } = item;
  return [
    own && status === "uploading" && !item.upload?.completed && "goOn",
    status === "ready" && "read",
    own && ["rejected", "failed"].includes(status) && "again",
    revision && !["rejected", "deleted"].includes(status) && "original",
    status !== "deleted" && (own || person.roles.includes("operator")) && "remove",
  ].filter(Boolean);
}

const OFFERS = {
  read: ({ document_id }) => h("a", { class: "button primary", href: `/reading/${document_id}` }, icon("page"), "Read it"),
  goOn: () => h("a", { class: "button primary", href: "/" }, icon("upload"), "Go on with the upload"),
  again: ({ document_id }) => h("a", { class: "button primary", href: `/?again=${document_id}` }, icon("upload"), "Hand in again"),
  original: ({ document_id }, { attempt }) =>
    button("Download the original", attempt(() => save(`/api/documents/${document_id}/original`)), { icon: "download" }),
  remove: (item, { attempt, remove }) => button("Delete", attempt(() => remove(item)), { icon: "trash", kind: "quiet" }),
};

// What is to be known

function whatToDo({ status, failure }) {
  return h("section", { class: "problem", role: "status" },
    icon("alert"),
    h("div", null,
      h("h2", null, status === "rejected" ? "This file was not taken" : "This document could not be finished"),
      h("p", null, failure.message),
      h("p", null, h("strong", null, "What to do: "), failure.next_action)));
}

function receipt({ receipt: { at, objects, jobs } }) {
  const removed = [
    `${objects} stored ${objects === 1 ? "file" : "files"} removed`,
    jobs ? `${jobs} ${jobs === 1 ? "job" : "jobs"} forgotten by the proofreader` : "the proofreader holds nothing of it",
  ];
  return h("section", { class: "receipt", "aria-labelledby": "receipt" },
    icon("check"),
    h("div", null,
      h("h2", { id: "receipt" }, "Receipt: all of it is gone"),
      h("p", null, "Since ", timeOf(at), ": ", removed.join("; "), ".")));
}

/** The history; the last step is where it stands, with when the next is expected. */
function steps(item) {
  const look = { ready: "good", rejected: "bad", failed: "bad" };
  return item.timeline.map(({ at, note }, place) => {
    const last = place === item.timeline.length - 1;
    const mark = last && (isFinal(item.status) ? look[item.status] ?? "" : "moving");
    return h("li", { class: last ? `now ${mark}` : null, "aria-current": last ? "step" : null },
      timeOf(at, clockOf(item.timeline, place)),
      h("div", null,
        h("p", { class: "timeline-note" }, note),
        last && expected(item) && h("p", { class: "soft small" }, sentence(expected(item)))));
  });
}

/** A day is said where it begins. */
function clockOf(timeline, place) {
  const date = (step) => new Date(timeline[step].at).toDateString();
  if (place > 0 && date(place) === date(place - 1)) return time(timeline[place].at).replace(/^.*, /, "");
  return time(timeline[place].at);
}

const sentence = (text) => {
  const words = text.replace(/^, /, "");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
};

function about(item, person) {
  const own = item.teacher === person.subject;
  return [
    ["Kind", kindWord(item.kind)],
    item.lesson?.subject && ["Subject", item.lesson.subject],
    item.lesson?.grade && ["Grade", item.lesson.grade],
    ["File", fileName(item.file_name)],
    ["Size", bytes(item.size)],
    !own && item.teacher_name && ["Teacher", item.teacher_unverified ? `${item.teacher_name} (not verified)` : item.teacher_name],
    ["Handed in", timeOf(item.uploaded_at)],
    item.attempts.length > 1 && ["Proofread", `in ${item.attempts.length} attempts`],
  ].filter(Boolean);
}
