// The panel beside a document, in tabs; on small screens a sheet at the bottom edge.

import { h } from "../core.js";

export class Panel {
  /** `tabs` are {key, label, element}. */
  constructor(tabs, { label }) {
    this.tabs = tabs.map((tab) => ({
      ...tab,
      count: h("span", { class: "tab-count" }),
    }));
    for (const tab of this.tabs) {
      tab.button = h("button", {
        type: "button", role: "tab", id: `tab-${tab.key}`, "aria-controls": `panel-${tab.key}`,
        onclick: () => this.show(tab.key), onkeydown: (event) => this.#move(event, tab),
      }, tab.label, tab.count);
      tab.panel = h("div", { role: "tabpanel", id: `panel-${tab.key}`, "aria-labelledby": `tab-${tab.key}`, tabindex: 0 }, tab.element);
    }
    this.toggle = h("button", {
      type: "button", class: "sheet-toggle", "aria-controls": "panel-body", onclick: () => this.open(!this.isOpen),
    });
    this.body = h("div", { class: "panel-body", id: "panel-body" }, this.tabs.map(({ panel }) => panel));
    this.element = h("aside", { class: "panel", "aria-label": label },
      h("div", { class: "panel-head" },
        h("div", { role: "tablist", "aria-label": label }, this.tabs.map((tab) => tab.button)),
        this.toggle),
      this.body);
    this.#mark(this.tabs[0].key);
    this.open(false);
  }

  count(key, text) {
    this.tabs.find((tab) => tab.key === key).count.textContent = text;
  }

  /** Brings a tab to the front, and the sheet up. */
  show(key) {
    this.#mark(key);
    this.open(true);
  }

  /** Only small screens can close the panel. */
  open(open) {
    this.isOpen = open;
    this.element.classList.toggle("open", open);
    this.toggle.setAttribute("aria-expanded", String(open));
    this.toggle.setAttribute("aria-label", open ? "Lower the panel" : "Raise the panel");
  }

  #mark(key) {
    this.shown = key;
    for (const tab of this.tabs) {
      const chosen = tab.key === key;
      tab.button.setAttribute("aria-selected", String(chosen));
      tab.button.tabIndex = chosen ? 0 : -1;
      tab.panel.hidden = !chosen;
    }
  }

  #move(event, tab) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = this.tabs.at((this.tabs.indexOf(tab) + step) % this.tabs.length);
    this.show(next.key);
    next.button.focus();
  }
}
