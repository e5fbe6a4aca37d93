// Handing in: files are chosen, looked at, described if the teacher likes, and sent while the page says how far they are.
//
// The uploads live beside the page, not in it: they go on while the teacher looks at another page of Lectern. What sends
// them is loaded when the first file is chosen, or when something is left from last time.

import {
  announce, api, button, bytes, counted, dialog, fileName, follow, h, icon, me, problemBox, service, stayFor, title,
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
  const [{ card }, { check }, { Upload }, memory] = await Promise.all([
    import("./cards.js"), import("./check.js"), import("./upload.js"), import("./remember.js"),
  ]);
  return { card, check, Upload, ...memory };
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
      item.card ??= tools.card(item, () => remove(item));
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
    h("p", null, `Lesson plans: ${list("lesson_plan")}.`),
    h("p", null, `Videos: ${list("video")}.`),
    h("p", null, `Up to ${bytes(limits.upload_bytes_max)} each.`));
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
    // What is shown among the files is no longer left over.
    item.upload = upload;
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
        h("p", { class: "file-name" }, fileName(entry.name)),
        h("p", { class: "row-about" }, `${Math.floor(share * 100)} % of ${bytes(entry.size)} has arrived`)),
      button("Throw away", async () => {
        tools.forget(entry.document_id);
        await api(`/api/uploads/${entry.document_id}`, { method: "DELETE" }).catch(() => {});
        draw();
      }, { kind: "quiet", "aria-label": `Throw away ${entry.name}` })))));
}
