// Findings: what the proofreader says about a document, in the few families that a reader tells apart.

/** The families, in the order in which they are listed. Vendors have a hundred words for categories. */
export const FAMILIES = [
  { look: "spelling", name: "Spelling", words: /spell|typo|malaprop|eggcorn|compound|casing|capital/i },
  { look: "grammar", name: "Grammar", words: /gramm|agreement|punctuat|repet|boundary|confus|usage|article|tense|syntax/i },
  { look: "style", name: "Style", words: /style|word.?choice|enhance|readab|redundan|format|collocation|regional|nonstandard|register|plain/i },
  { look: "change", name: "Tracked changes", words: /^(insertion|deletion|move)$/i },
  { look: "comment", name: "Comments", words: /comment/i },
  { look: "other", name: "Other", words: /(?:)/ },
];

const SEVERITIES = { error: "Mistake", warning: "Probably a mistake", hint: "Suggestion" };

/** The annotations of a normalized document, with offsets in UTF-16 code units, in the order of the text. */
export function findingsOf({ annotations }, offsets) {
  return annotations.map((annotation, place) => {
    const { category, message, motivation, rule, severity, suggestions, target } = annotation;
    const { position, quote, time } = target ?? {};
    return {
      key: `f${place}`,
      number: place + 1,
      look: family(category, motivation).look,
      start: position ? offsets.units(position.start) : null,
      end: position ? offsets.units(position.end) : null,
      quote: quote?.exact ?? null,
      time: time ?? null,
      severity: SEVERITIES[severity] ?? severity,
      category, message, rule, suggestions,
    };
  });
}

function family(category, motivation) {
  const found = FAMILIES.find(({ words }) => words.test(category));
  return found.look === "other" && motivation === "commenting" ? FAMILIES.find(({ look }) => look === "comment") : found;
}

/** A category in words: "WordChoice" is "Word choice". */
export function categoryWords(category) {
  const words = category.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
