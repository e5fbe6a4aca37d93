// The structure of a lesson plan: its blocks, grouped into lists, tables and quotes.
//
// A group is {kind, start, end, …}. Offsets are UTF-16 code units into the text.

const HEADING_LEVEL_MAX = 6;

/** Groups of blocks, in order. Text that no block covers becomes paragraphs: none of it may be lost. */
export function outline(text, blocks) {
  const all = [...covered(text, blocks)];
  const groups = [];
  const headings = [];
  for (const [place, block] of all.entries()) {
    const before = all[place - 1];
    const between = before ? text.slice(before.end, block.start) : "";
    const open = before?.kind === block.kind ? groups.at(-1) : null;
    switch (block.kind) {
      case "heading": groups.push({ kind: "heading", level: rank(headings, block.level ?? 1), blocks: [block] }); break;
      case "list_item": {
        const list = open && !between.includes("\n\n") ? open : added(groups, { kind: "list", blocks: [] });
        list.blocks.push(block);
        break;
      }
      case "table_cell": {
        const table = open && !between.includes("\n\n") ? open : added(groups, { kind: "table", rows: [], blocks: [] });
        if (!table.rows.length || !between.includes("\t")) table.rows.push([]);
        table.rows.at(-1).push(block);
        table.blocks.push(block);
        break;
      }
      case "quote": (open ?? added(groups, { kind: "quote", blocks: [] })).blocks.push(block); break;
      case "code": groups.push({ kind: "code", blocks: [block] }); break;
      default: groups.push({ kind: "paragraph", blocks: [block] });
    }
  }
  return groups;
}

function added(groups, group) {
  groups.push(group);
  return group;
}

/** The blocks, and a paragraph for every stretch between them that says something. */
function* covered(text, blocks) {
  let at = 0;
  for (const block of [...blocks, { start: text.length, end: text.length, last: true }]) {
    yield* paragraphs(text, at, block.start);
    if (!block.last) yield block;
    at = Math.max(at, block.end);
  }
}

function* paragraphs(text, start, end) {
  if (start >= end || !text.slice(start, end).trim()) return;
  let at = start;
  for (const part of text.slice(start, end).split(/\n\n+/)) {
    const from = text.indexOf(part, at);
    at = from + part.length;
    if (part.trim()) yield { kind: "paragraph", start: from, end: at };
  }
}

/**
 * The level at which a heading stands on the page. The page's own title is the first; a level is never skipped, whatever
 * the author did, because a reader who listens goes by them.
 */
function rank(open, level) {
  while (open.length && open.at(-1) >= level) open.pop();
  open.push(level);
  return Math.min(HEADING_LEVEL_MAX, open.length + 1);
}
