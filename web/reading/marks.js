// Stretches of a text that something lies over: findings, notes, corrections. They may overlap in any way.
//
// A mark is {key, start, end, look, number?}, a change {start, end, text}; both in UTF-16 code units, ordered by start.

import { h } from "../core.js";
import { countWhile } from "./offsets.js";

/** Which marks lie over which block, in one pass. */
export function spread(marks, blocks) {
  const over = new Map(blocks.map((block) => [block, []]));
  for (const mark of marks) {
    const end = Math.max(mark.end, mark.start + 1);
    let place = countWhile(blocks.length, (n) => blocks[n].end < mark.start + (mark.end > mark.start ? 1 : 0));
    for (; place < blocks.length && blocks[place].start < end; place += 1) over.get(blocks[place]).push(mark);
  }
  return over;
}

/**
 * Writes a block's text, cut where something begins or ends. Each cut is wrapped once, however much lies over it.
 * Of changes, only what they leave is written if `clean`, else both, as deletion and insertion.
 */
export function write(parent, block, { text, pieces, marks, changes, clean }) {
  const places = cuts(block, [...marks, ...changes]);
  let [active, met, change] = [[], 0, 0];
  for (const [n, start] of places.entries()) {
    const end = places[n + 1] ?? start;
    active = active.filter((mark) => mark.end > start);
    for (; marks[met]?.start <= start; met += 1) {
      if (marks[met].end > start) active.push(marks[met]);
      else wrapped(parent, [marks[met]], start).classList.add("point");
    }
    while (changes[change] && changes[change].end <= start && changes[change].start < start) change += 1;
    let here = changes[change]?.start <= start ? changes[change] : null;
    if (here?.end === start) {
      insert(here, active);
      here = null;
    }
    if (start < end && !(here && clean)) {
      pieces.put(wrapped(here ? parent.appendChild(h("del")) : parent, active, end), text.slice(start, end), start);
    }
    // The replacement stands behind what is replaced, in the block in which that began.
    if (here && here.start >= block.start && Math.min(here.end, block.end) === end) insert(here, active);
  }

  function insert({ text: added, end }, over) {
    change += 1;
    if (!added) return;
    const into = wrapped(parent, clean ? over : [], end).appendChild(h("ins", { class: clean ? "clean" : null }));
    pieces.put(into, added);
  }
}

function cuts(block, over) {
  const places = new Set([block.start, block.end]);
  for (const { start, end } of over) places.add(Math.max(start, block.start)).add(Math.min(end, block.end));
  return [...places].sort((a, b) => a - b);
}

/** A new element for all that lies over a cut, or the parent itself if nothing does. The shortest finding gives the look. */
function wrapped(parent, over, end) {
  if (!over.length) return parent;
  const [shortest] = over.filter(({ look }) => look !== "noted").sort((a, b) => a.end - a.start - (b.end - b.start));
  const noted = over.some(({ look }) => look === "noted");
  const numbers = over.filter((mark) => mark.end === end && mark.number).map(({ number }) => number);
  const mark = h("mark", {
    class: ["mark", shortest && `finding ${shortest.look}`, noted && "noted"].filter(Boolean).join(" "),
    dataset: { on: over.map(({ key }) => key).join(" "), ...(numbers.length && { numbers: numbers.join(", ") }) },
  });
  return parent.appendChild(mark);
}
