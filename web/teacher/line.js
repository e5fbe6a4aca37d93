// The line that files are sent over: how much of it is used at once, and one part sent over it.

import { Problem } from "../core.js";

/// Parts on their way at once, over all files: at first, and as many as a browser keeps connections to one host.
const PARTS_AT_ONCE_FIRST = 3;
export const PARTS_AT_ONCE_MAX = 6;
/// A part that takes less calls for one more at once, one that takes more for one less, in ms.
const PART_QUICK_MS = 4_000;
const PART_SLOW_MS = 15_000;
/// Files sent at once: small ones overlap, large ones do not starve each other.
const FILES_AT_ONCE = 2;
/// A part of which nothing moves for this long is given up and tried again, in ms.
const STALLED_AFTER_MS = 45_000;

/** A number of places; who finds none waits for one. */
class Places {
  #limit;
  #used = 0;
  #waiting = [];

  constructor(limit) {
    this.#limit = limit;
  }

  get limit() {
    return this.#limit;
  }

  set limit(limit) {
    this.#limit = limit;
    this.#admit();
  }

  async use(signal, work) {
    await this.#place(signal);
    try {
      return await work();
    } finally {
      this.#used -= 1;
      this.#admit();
    }
  }

  #place(signal) {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const left = () => {
        this.#waiting = this.#waiting.filter((other) => other !== given);
        reject(signal.reason);
      };
      const given = () => { signal.removeEventListener("abort", left); resolve(); };
      signal.addEventListener("abort", left, { once: true });
      this.#waiting.push(given);
      this.#admit();
    });
  }

  #admit() {
    while (this.#used < this.#limit && this.#waiting.length) {
      this.#used += 1;
      this.#waiting.shift()();
    }
  }
}

export const partPlaces = new Places(PARTS_AT_ONCE_FIRST);
export const filePlaces = new Places(FILES_AT_ONCE);

/** Fits the number of parts on their way to the line: a slow one is filled by few, and a pause then loses little. */
export function fit(partTookMs) {
  if (partTookMs < PART_QUICK_MS && partPlaces.limit < PARTS_AT_ONCE_MAX) partPlaces.limit += 1;
  if (partTookMs > PART_SLOW_MS && partPlaces.limit > 1) partPlaces.limit -= 1;
}

/** Does the work if no other tab does it: two that send the same upload would send everything twice. */
export async function alone(documentId, work) {
  if (!navigator.locks) return work();
  return navigator.locks.request(`lectern.upload.${documentId}`, { ifAvailable: true }, (lock) => {
    if (lock) return work();
    throw new Problem({
      code: "upload-elsewhere",
      title: "Another tab is sending this file",
      next_action: "Go on in that tab, or close it and go on here.",
    });
  });
}

/** Sends a slice, and says of it what moved. XMLHttpRequest: fetch does not tell of bytes that leave. */
export function put(address, part, signal, onMoved) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stalled;
    const watch = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_AFTER_MS);
    };
    const left = () => request.abort();
    signal.throwIfAborted();
    signal.addEventListener("abort", left, { once: true });
    request.open("PUT", address);
    request.upload.onprogress = ({ loaded }) => { watch(); onMoved(loaded); };
    request.onloadend = () => {
      clearTimeout(stalled);
      signal.removeEventListener("abort", left);
      if (request.status === 200) resolve(request.getResponseHeader("etag"));
      else reject({ status: request.status });
    };
    watch();
    request.send(part);
  });
}

export async function readable(part) {
  try {
    await part.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

export function backOnline(signal) {
  return new Promise((resolve) => addEventListener("online", resolve, { once: true, signal }));
}
