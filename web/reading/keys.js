// Single keys that do things while reading, and the sheet that lists them.
//
// A person who dictates, or whose hand slips, can switch them off (WCAG 2.1.4); the choice is kept in this browser.

import { button, dialog, h } from "../core.js";

const OFF = "lectern.keys-off";

/**
 * Listens for keys. `bindings` are {keys, label, shown?, run, inControls?}; "?" shows them all.
 * Keys are left alone while somebody types, and so are those that a control needs for itself.
 */
export function listen(bindings, signal) {
  const help = { keys: ["?"], label: "Show this list", run: () => show([...bindings, help]) };
  const byKey = new Map([...bindings, help].flatMap((binding) => binding.keys.map((key) => [key, binding])));
  addEventListener("keydown", (event) => {
    const binding = byKey.get(event.key);
    const meant = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!binding || !meant || document.querySelector("dialog[open]") || needed(event)) return;
    if (localStorage.getItem(OFF) && event.key.length === 1 && event.key !== "?") return;
    event.preventDefault();
    binding.run(event);
  }, { signal });
  return help.run;
}

/** Whether the element that has the focus needs the key itself. */
function needed({ key, target }) {
  if (!(target instanceof Element)) return false;
  if (target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])")) return true;
  if (key === " ") return Boolean(target.closest("button, a, summary, input, [role=tab]"));
  return key.startsWith("Arrow") && Boolean(target.closest("input, [role=tab], [tabindex='0'][role=region]"));
}

function show(bindings) {
  const off = h("input", { type: "checkbox", checked: !localStorage.getItem(OFF), onchange: () => {
    if (off.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  } });
  const NAMES = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
  const rows = bindings.map(({ keys, label }) => [
    h("dt", null, keys.map((key, n) => [n > 0 && " or ", h("kbd", null, NAMES[key] ?? key)])),
    h("dd", null, label),
  ]);
  dialog({
    title: "Keys",
    body: h("div", null,
      h("dl", { class: "keys" }, rows),
      h("label", { class: "check" }, off, "Single keys are on")),
    actions: [{ label: "Close", value: null }],
  });
}

/** The button that shows the keys. */
export const helpButton = (help) => button("Keys", help, { kind: "quiet", "aria-keyshortcuts": "?" });
