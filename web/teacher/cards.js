// A file's card on the page for handing in. Its upper part stays; the lower is made anew when what can be done with the file
// changes.

import { announce, button, bytes, clock, fileName, h, icon, isFinal, plainStatus, problemBox, statusBadge } from "../core.js";

/** `{element, update()}`. `remove` is called when the teacher takes the file away. */
export function card(item, remove) {
  const about = h("p", { class: "file-about" });
  const body = h("div", { class: "stack" });
  const drop = button("", remove, { kind: "quiet", icon: "close", "aria-label": `Remove ${item.file.name}` });
  const element = h("li", { class: "card file" },
    h("div", { class: "file-head" },
      icon("page"),
      h("div", null, h("p", { class: "file-name" }, fileName(item.file.name)), about),
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
