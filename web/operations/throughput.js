// What was finished in each of the last hours, as a small chart; the same numbers stand in a table.

import { h, svg, time } from "../core.js";

const [HEIGHT, FOOT, GAP] = [150, 22, 3];

/// A narrow window gets a narrower drawing rather than a smaller one.
const NARROW = matchMedia("(max-width: 44rem)");

export class Throughput {
  constructor({ signal }) {
    NARROW.addEventListener("change", () => this.#draw(), { signal });
    this.chart = h("div", { class: "chart" });
    this.legend = h("p", { class: "legend small" },
      h("span", { class: "key ready" }, "Ready"), h("span", { class: "key failed" }, "Failed"));
    this.body = h("tbody");
    this.table = h("details", { class: "numbers" }, h("summary", null, "The numbers"),
      h("div", { class: "table-frame" }, h("table", { class: "table" },
        h("caption", { class: "unseen" }, "Documents finished in each of the last 24 hours"),
        h("thead", null, h("tr", null, ["From", "Ready", "Failed"].map((name, n) => h("th", { scope: "col", class: n ? "number" : null }, name)))),
        this.body)));
    this.element = h("section", { class: "part", "aria-labelledby": "throughput", hidden: true },
      h("h2", { id: "throughput" }, "The last 24 hours"), this.legend, this.chart, this.table);
  }

  tell(hours) {
    const sign = JSON.stringify(hours);
    if (!hours || this.sign === sign) return;
    this.sign = sign;
    this.element.hidden = false;
    this.hours = hours;
    this.#draw();
    this.body.replaceChildren(...hours.toReversed().map(({ hour, ready, failed }) => h("tr", null,
      h("th", { scope: "row" }, time(hour)), h("td", { class: "number" }, ready), h("td", { class: "number" }, failed))));
  }

  #draw() {
    if (this.hours) this.chart.replaceChildren(drawing(this.hours, NARROW.matches ? 340 : 720));
  }
}

function drawing(hours, width) {
  const [ready, failed] = ["ready", "failed"].map((name) => hours.reduce((sum, hour) => sum + hour[name], 0));
  const most = scale(Math.max(1, ...hours.map((hour) => hour.ready + hour.failed)));
  const high = HEIGHT - FOOT;
  const wide = width / hours.length;
  const tall = (count) => count / most * (high - 14);
  const bar = (kind, x, y, count) => count > 0 &&
    svg("rect", { class: kind, x: x + GAP / 2, y, width: wide - GAP, height: Math.max(1.5, tall(count)), rx: 1.5 });
  const label = `Documents finished in each of the last ${hours.length} hours: ${ready} ready, ${failed} failed.`;
  return svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
    svg("line", { class: "grid", x1: 0, x2: width, y1: 14, y2: 14 }),
    svg("text", { class: "tick", x: 0, y: 10 }, String(most)),
    svg("line", { class: "axis", x1: 0, x2: width, y1: high, y2: high }),
    hours.map(({ hour, ready, failed }, n) => [
      svg("g", null,
        svg("title", null, `${time(hour)}: ${ready} ready, ${failed} failed`),
        svg("rect", { class: "ground", x: n * wide, y: 14, width: wide, height: high - 14 }),
        bar("ready", n * wide, high - tall(ready), ready),
        bar("failed", n * wide, high - tall(ready) - tall(failed) - (ready ? 1 : 0), failed)),
      (hours.length - 1 - n) % 6 === 0 &&
        svg("text", { class: "tick", x: (n + 1) * wide - GAP / 2, y: HEIGHT - 5, "text-anchor": "end" }, time(hour).split(", ").at(-1)),
    ]));
}

/** A round number at or above the highest bar. */
function scale(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((round) => round >= most);
}
