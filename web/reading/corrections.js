// The corrected reading: the first suggestion of each finding, put in the place of what it was found in.

/**
 * The changes, in order, without overlap. Of two findings that overlap, the one that begins first is followed; where both
 * begin at one place, the longer. What was not followed is said in `passed`, by key.
 */
export function corrections(findings) {
  const proposed = findings
    .filter(({ start, suggestions }) => start !== null && suggestions.length)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const changes = [];
  const passed = new Set();
  let free = 0;
  for (const { key, start, end, suggestions: [text] } of proposed) {
    if (start < free) {
      passed.add(key);
      continue;
    }
    changes.push({ key, start, end, text });
    free = Math.max(end, start + 1);
  }
  return { changes, passed };
}
