// Handing in: files are chosen, looked at, described if the teacher likes, and sent while the page says how far they are.
//
// The uploads live beside the page, not in it: they go on while the teacher looks at another page of Lectern. What sends
// them is loaded when the first file is chosen, or when something is left from last time.

import {
  announce, api, bytes, button, clock, counted, dialog, follow, h, icon, isFinal, me, plainStatus, problemBox, service,
  statusBadge, stayFor, title,
} from "../core.js";

/// Where uploads from last time are remembered (see remember.js, which is loaded only if there are any).
const REMEMBERED = "lectern.uploads";
/// Documents that are watched for news of what was sent here.
const WATCHED = 50;

/** Every file that was chosen since the page was opened, in order. */
const items = [];
let tools = null;
/** Draws what has changed, at most once for each picture the screen shows. */
let redraw = () => {};
let redrawing = 0;

stayFor(() => items.some((item) => item.upload?.active)
  && "A file is still being sent. If you leave, it stops; choose the same file again later, and only what is missing is sent.");

addEventListener("online", () => {
  for (const { upload } of items) if (upload?.problem?.code === "line-broken") upload.start();
});

async function loadTools() {
  const [{ check }, { Upload }, memory] = await Promise.all([
    import("./check.js"), import("./upload.js"), import("./remember.js"),
  ]);
  return { check, Upload, ...memory };
}

const changed = () => {
  if (!redrawing) redrawing = requestAnimationFrame(() => { redrawing = 0; redraw(); });
};

export async function show(root, { query, signal }) {
  title("Hand in");
  const [person, settings] = await Promise.all([me(), service()]);
  const again = query.get("again") ? await api(`/api/documents/${encodeURIComponent(query.get("again"))}`, { signal }) : null;
  const list = h("ul", { class: "files", "aria-label": "Files" });
  const left = h("div", { class: "stack" });
  const trouble = h("div");
  const send = button("Hand in", () => sendAll(), { kind: "primary large", id: "send", icon: "upload" });
  const next = h("div", { class: "actions", hidden: true }, send,
    h("a", { class: "button quiet", href: "/documents" }, "See my documents"));
  const drop = dropZone(settings, (files) => choose(files, person, settings, again));
  root.append(
    h("div", { class: "page-head" },
      h("h1", null, "Hand in"),
      h("p", { class: "lead" }, again
        ? `Choose the corrected file of “${again.title}”. What you wrote about it is kept.`
        : "Lesson plans and classroom videos. You can close this page once a file has arrived.")),
    h("div", { class: "stack" }, drop.element, trouble, left, list, next));

  redraw = () => {
    for (const item of items) {
      item.card ??= card(item);
      item.card.update();
    }
    list.replaceChildren(...reconciled(list, items.map((item) => item.card.element)));
    const ready = items.filter(isReady).length;
    drop.shrink(items.length > 0);
    next.hidden = items.length === 0;
    send.hidden = ready === 0;
    send.lastChild.textContent = ready === 1 ? "Hand in" : `Hand in ${counted(ready, "file")}`;
  };
  redraw();
  watch(signal);
  signal.addEventListener("abort", () => { redraw = () => {}; }, { once: true });
  if (localStorage.getItem(REMEMBERED)) showLeftOver(left, person, signal).catch((problem) => trouble.replaceChildren(problemBox(problem)));
}

/** Elements that stand in their places already stay there, so that focus and fields are left alone. */
function reconciled(list, elements) {
  const same = list.children.length === elements.length && elements.every((element, place) => list.children[place] === element);
  if (!same) list.replaceChildren(...elements);
  return [...list.children];
}

// Choosing

function dropZone({ file_types, limits }, onFiles) {
  const extensions = file_types.map(({ extension }) => `.${extension}`);
  const list = (kind) => file_types.filter((type) => type.kind === kind).map(({ extension }) => extension).join(", ");
  const input = h("input", {
    type: "file", id: "choose", class: "unseen", multiple: true, accept: extensions.join(","), tabindex: "-1", "aria-label": "Files",
    onchange: () => { onFiles([...input.files]); input.value = ""; },
  });
  const pick = button("Choose files", () => input.click(), { kind: "primary" });
  const element = h("section", { class: "drop", "aria-label": "Choose files" },
    icon("upload"),
    h("h2", null, "Drop files here"),
    pick,
    input,
    h("p", null, `Plans: ${list("lesson_plan")}. Videos: ${list("video")}. Up to ${bytes(limits.upload_bytes_max)} each.`));
  const dropped = (event) => {
    event.preventDefault();
    element.classList.remove("over");
    onFiles([...event.dataTransfer.files]);
  };
  for (const name of ["dragenter", "dragover"]) {
    element.addEventListener(name, (event) => { event.preventDefault(); element.classList.add("over"); });
  }
  element.addEventListener("dragleave", (event) => {
    if (!element.contains(event.relatedTarget)) element.classList.remove("over");
  });
  element.addEventListener("drop", dropped);
  /** Once there are files, what matters is further down. */
  const shrink = (small) => {
    element.classList.toggle("small", small);
    pick.classList.toggle("primary", !small);
    pick.textContent = small ? "Choose more files" : "Choose files";
  };
  return { element, shrink };
}

async function choose(files, person, settings, again) {
  tools ??= await loadTools();
  const isNew = (file) => !items.some((item) => isSame(item.file, file) && item.upload?.state !== "sent");
  const chosen = files.filter(isNew).map((file) => {
    const fields = { title: again?.title, ...again?.lesson };
    return { file, fields, settings, checked: null, upload: null, document: null };
  });
  items.push(...chosen);
  changed();
  for (const item of chosen) await lookAt(item, person);
}

const isSame = (one, other) =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

async function lookAt(item, person) {
  item.checked = await tools.check(item.file, item.settings);
  if (item.checked.refusal) {
    announce(`${item.file.name}: ${item.checked.refusal}`);
    return changed();
  }
  const print = await tools.printOf(item.file);
  const upload = new tools.Upload(item.file, person.subject, print, changed);
  const known = tools.recognise(item.file, print, person.subject);
  if (known) {
    const underWay = await upload.rejoin(known.document_id).catch((problem) => { upload.problem = problem; return false; });
    dispatchEvent(new Event("lectern:uploads"));
    if (underWay) upload.start();
  }
  item.upload = upload;
  return changed();
}

const isReady = ({ checked, upload }) => checked && !checked.refusal && upload?.state === "ready";

function sendAll() {
  for (const item of items.filter(isReady)) {
    const { title: name, subject, grade } = item.fields;
    const lesson = { subject: subject?.trim() || undefined, grade: grade?.trim() || undefined };
    item.upload.start({ title: name?.trim() || undefined, lesson: lesson.subject || lesson.grade ? lesson : undefined });
  }
}

async function remove(item) {
  if (item.upload && item.upload.documentId && item.upload.state !== "sent") {
    const answer = await dialog({
      title: "Stop sending this file?",
      body: `What has arrived of “${item.file.name}” is thrown away.`,
      actions: [{ label: "Keep it", value: "keep" }, { label: "Stop and throw away", value: "stop", kind: "danger" }],
    });
    if (answer !== "stop") return;
  }
  items.splice(items.indexOf(item), 1);
  redraw();
  document.querySelector(".drop button")?.focus();
  await item.upload?.discard();
}

// A file's card. Its upper part stays; the lower is made anew when what can be done with the file changes.

function card(item) {
  const about = h("p", { class: "file-about" });
  const body = h("div", { class: "stack" });
  const drop = button("", () => remove(item), { kind: "quiet", icon: "close", "aria-label": `Remove ${item.file.name}` });
  const element = h("li", { class: "card file" },
    h("div", { class: "file-head" },
      icon("page"),
      h("div", null, h("p", { class: "file-name" }, item.file.name), about),
      drop),
    body);
  let stage = null;
  let part = null;
  return {
    element,
    update() {
      const now = stageOf(item);
      if (now !== stage) {
        stage = now;
        part = STAGES[now](item);
        body.replaceChildren(part.element);
        about.textContent = aboutOf(item);
        if (item.checked?.kind === "video") element.querySelector(".icon").replaceWith(icon("film"));
        element.classList.toggle("refused", now === "refused");
      }
      drop.hidden = stage === "sent" && !isFinal(item.document?.status ?? "");
      part.update?.();
    },
  };
}

function stageOf({ checked, upload }) {
  if (checked?.refusal) return "refused";
  if (!upload) return "looking";
  if (upload.state === "ready") return "describing";
  return upload.state === "sent" ? "sent" : "sending";
}

function aboutOf({ file, checked }) {
  const length = checked?.facts?.duration_ms;
  return [bytes(file.size), length && `${clock(length)} long`].filter(Boolean).join(" · ");
}

const STAGES = {
  looking: () => ({ element: h("p", { class: "soft small" }, "Looking at the file …") }),

  refused: ({ checked }) => ({ element: h("p", { class: "refusal" }, checked.refusal) }),

  describing(item) {
    const { limits } = item.settings;
    const field = (name, label, placeholder, maxlength) => h("label", { class: "field" },
      h("span", null, label),
      h("input", {
        name, placeholder, maxlength, value: item.fields[name] ?? "", autocomplete: "off",
        oninput: (event) => { item.fields[name] = event.target.value; },
      }));
    return {
      element: h("div", { class: "file-fields" },
        field("title", "Title", item.file.name, limits.title_chars_max),
        field("subject", "Subject", "Optional", limits.lesson_chars_max),
        field("grade", "Grade", "Optional", limits.lesson_chars_max)),
    };
  },

  sending(item) {
    const { upload, file } = item;
    const bar = h("progress", { class: "progress", max: file.size, "aria-label": `Sent of ${file.name}` });
    const words = h("strong");
    const rate = h("span");
    const toggle = button("Pause", () => (upload.active ? upload.pause() : upload.start()), { icon: "pause" });
    const trouble = h("div");
    let shownProblem = null;
    let shownAsActive = true;
    return {
      element: h("div", { class: "stack" },
        h("div", null, bar),
        h("div", { class: "file-state" }, words, rate),
        trouble,
        h("div", { class: "actions" }, toggle)),
      update() {
        bar.value = upload.sent;
        words.textContent = progressWords(upload, file);
        rate.textContent = rateWords(upload, file);
        if (upload.active !== shownAsActive) {
          shownAsActive = upload.active;
          toggle.replaceChildren(icon(shownAsActive ? "pause" : "play"), shownAsActive ? "Pause" : "Go on");
        }
        toggle.hidden = upload.state === "finishing";
        if (upload.problem !== shownProblem) {
          shownProblem = upload.problem;
          trouble.replaceChildren(...(shownProblem ? [problemBox(shownProblem)] : []));
        }
      },
    };
  },

  sent(item) {
    const line = h("p");
    const badge = h("p");
    const link = h("a", { class: "button", href: `/documents/${item.upload.documentId}` }, "Follow this document");
    announce(`${item.file.name} has arrived.`);
    let shown = null;
    return {
      element: h("div", { class: "file-sent" }, h("div", null, badge, line), link),
      update() {
        const { document } = item;
        if (shown === (document?.version ?? 0)) return;
        shown = document?.version ?? 0;
        badge.replaceChildren(statusBadge(document?.status ?? "uploading"));
        line.textContent = document ? `${plainStatus(document)}.`.replace(/\.\.$/, ".") : "It has arrived and is being looked at.";
        if (document?.status === "ready") announce(`${document.title} is ready to be read.`);
      },
    };
  },
};

function progressWords(upload, file) {
  const share = Math.floor((upload.sent / file.size) * 100);
  switch (upload.state) {
    case "waiting": return "Waits for its turn";
    case "finishing": return "All sent; being put together";
    case "paused": return `Paused at ${share} %`;
    case "stopped": return `Stopped at ${share} %`;
    default: return upload.hitch ?? `${share} %`;
  }
}

function rateWords(upload, file) {
  const amount = `${bytes(upload.sent)} of ${bytes(file.size)}`;
  const { speed } = upload;
  if (upload.state !== "sending" || !speed || upload.hitch) return amount;
  const left = (file.size - upload.sent) / speed;
  const words = left < 60 ? `${Math.ceil(left)} s left` : left < 3600 ? `${Math.ceil(left / 60)} min left` : `${clock(left * 1000)} h left`;
  return `${amount} · ${bytes(speed)}/s · ${words}`;
}

// News of what was sent: one question for all of it

function watch(signal) {
  let watching = false;
  const begin = () => {
    if (watching || !items.some((item) => item.upload?.state === "sent")) return;
    watching = true;
    follow(`/api/documents?limit=${WATCHED}`, ({ documents }) => {
      for (const item of items) {
        item.document = documents.find((row) => row.document_id === item.upload?.documentId) ?? item.document;
      }
      changed();
    }, signal);
  };
  const before = redraw;
  redraw = () => { before(); begin(); };
  begin();
}

// What is left from last time

async function showLeftOver(place, person, signal) {
  tools ??= await loadTools();
  const draw = async () => {
    const here = new Set(items.map((item) => item.upload?.documentId));
    const entries = tools.remembered(person.subject).filter((entry) => !here.has(entry.document_id));
    const known = await Promise.all(entries.map(async (entry) => [entry, await arrivedOf(entry, signal)]));
    const open = known.filter(([, share]) => share !== null);
    if (signal.aborted) return;
    place.replaceChildren(...(open.length ? [leftOver(open, draw)] : []));
  };
  addEventListener("lectern:uploads", draw, { signal });
  await draw();
}

/** How much of an upload has arrived, from 0 to 1; null if it is over. */
async function arrivedOf(entry, signal) {
  try {
    const progress = await api(`/api/uploads/${entry.document_id}`, { signal });
    if (!progress.complete) return progress.received.reduce((sum, { size }) => sum + size, 0) / entry.size;
  } catch (problem) {
    if (signal.aborted || !["upload-gone", "not-found"].includes(problem.code)) throw problem;
  }
  tools.forget(entry.document_id);
  return null;
}

function leftOver(open, draw) {
  return h("section", { class: "card stack", "aria-labelledby": "left-over" },
    h("div", null,
      h("h2", { id: "left-over" }, "Not finished last time"),
      h("p", { class: "soft" }, "Choose the same file again, and only what is missing is sent.")),
    h("ul", { class: "rows" }, open.map(([entry, share]) => h("li", { class: "row" },
      h("div", null,
        h("p", { class: "file-name" }, entry.name),
        h("p", { class: "row-about" }, `${Math.floor(share * 100)} % of ${bytes(entry.size)} has arrived`)),
      button("Throw away", async () => {
        tools.forget(entry.document_id);
        await api(`/api/uploads/${entry.document_id}`, { method: "DELETE" }).catch(() => {});
        draw();
      }, { kind: "quiet", "aria-label": `Throw away ${entry.name}` })))));
}
