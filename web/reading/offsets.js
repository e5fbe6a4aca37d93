// Offsets: a normalized document counts code points, JavaScript counts UTF-16 code units.

/** The one way between the two for one text. It knows where the pairs of units are, found in one pass. */
export class Offsets {
  /** For each pair of units, where it begins, in units; ascending. */
  #pairs;

  constructor(text) {
    this.#pairs = Array.from(text.matchAll(/[\u{10000}-\u{10FFFF}]/gu), ({ index }) => index);
  }

  /** Code units for code points. The pair number n begins at the code point pairs[n] - n. */
  units(points) {
    return points + countWhile(this.#pairs.length, (n) => this.#pairs[n] - n < points);
  }

  /** Code points for code units; an offset inside a pair counts as the pair's beginning. */
  points(units) {
    return units - countWhile(this.#pairs.length, (n) => this.#pairs[n] < units);
  }
}

/** How many of the first numbers below `count` hold `test`, where it holds up to one place and for none behind it. */
export function countWhile(count, test) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
