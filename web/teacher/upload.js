// One file on its way to the bucket: in parts, several at once, each sent again until it is there.
//
// A part is a slice of the file that the browser itself reads while it sends: memory does not grow with the file.
// What has arrived is what the API says has arrived, so an upload goes on wherever it stood.

import { Problem, api, backoff, pause } from "../core.js";
import { alone, backOnline, filePlaces, fit, PARTS_AT_ONCE_MAX, partPlaces, put, readable } from "./line.js";
import { forget, remember } from "./remember.js";

/// How often a part is tried before the upload rests and the person is told: some eight minutes.
const TRIES_MAX = 20;
/// Longest rest between two tries while the computer says that it is offline, in ms.
const OFFLINE_REST_MS = 600_000;
/// Addresses are renewed this long before their end, in ms.
const RENEW_BEFORE_MS = 60_000;
/// How often it is gone over when parts turn out to be missing at the end.
const ROUNDS_MAX = 3;
/// Speed is measured over this long, in ms.
const SPEED_OVER_MS = 8_000;

/**
 * States: `ready` to be sent, `waiting` for its turn, `sending`, `paused`, `finishing`, `sent`, `stopped` by a problem.
 * `onchange` hears of every change.
 */
export class Upload {
  state = "ready";
  problem = null;
  /** What it waits for, in words, while nothing moves. */
  hitch = null;
  documentId = null;

  #file;
  #person;
  #print;
  #fields = {};
  #stop = new AbortController();
  #run = Promise.resolve();
  #partSize = 0;
  #partCount = 0;
  #complete = false;
  /** What has arrived: number → ETag, or null where the browser was not told it. */
  #received = new Map();
  #addresses = new Map();
  #addressesUntil = 0;
  #fetching = null;
  /** Bytes of parts that are on their way: number → bytes. */
  #moving = new Map();
  #samples = [];

  constructor(file, person, print, onchange) {
    this.#file = file;
    this.#person = person;
    this.#print = print;
    this.onchange = onchange;
  }

  /** Whether leaving the page would interrupt it. */
  get active() {
    return ["waiting", "sending", "finishing"].includes(this.state);
  }

  /** Bytes that have arrived or are under way. */
  get sent() {
    let sent = 0;
    for (const number of this.#received.keys()) sent += this.#sizeOf(number);
    for (const moved of this.#moving.values()) sent += moved;
    return Math.min(sent, this.#file.size);
  }

  /** Bytes a second lately, or null while that is not known. */
  get speed() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || last.at - first.at < 500) return null;
    return Math.max(0, last.sent - first.sent) / ((last.at - first.at) / 1000);
  }

  /** Joins an upload that was begun earlier. Returns whether it is still under way; a complete one is `sent`. */
  async rejoin(documentId) {
    this.documentId = documentId;
    try {
      await this.#catchUp();
    } catch (problem) {
      if (!["upload-gone", "not-found", "role-required"].includes(problem.code)) throw problem;
      forget(documentId);
      this.documentId = null;
      return false;
    }
    if (this.#complete) this.#arrived();
    else this.#become("paused");
    return true;
  }

  /** Begins, or goes on. `fields` (title, lesson) count when it begins. */
  start(fields = this.#fields) {
    if (this.active || this.state === "sent") return;
    this.#fields = fields;
    this.#stop = new AbortController();
    this.problem = null;
    this.#become("waiting");
    const { signal } = this.#stop;
    // A run that was just paused still lets go of what it holds.
    this.#run = this.#run.then(() => this.#go(signal));
  }

  async #go(signal) {
    try {
      await filePlaces.use(signal, async () => {
        this.#become("sending");
        if (!this.documentId) await this.#begin(signal);
        await alone(this.documentId, () => this.#send(signal));
      });
      this.#arrived();
    } catch (problem) {
      if (signal.aborted) return;
      this.#rest();
      if (problem.code === "upload-gone" || problem.code === "not-found") this.#startOver();
      this.problem = problem;
      this.#become("stopped");
    }
  }

  /** Rests; what has arrived stays. */
  pause() {
    this.#stop.abort();
    this.#rest();
    this.#become("paused");
  }

  /** Calls it off, here and at the API. */
  async discard() {
    this.#stop.abort();
    if (!this.documentId || this.state === "sent") return;
    forget(this.documentId);
    await api(`/api/uploads/${this.documentId}`, { method: "DELETE" });
  }

  #rest() {
    this.#moving.clear();
    this.#samples = [];
    this.hitch = null;
  }

  async #begin(signal) {
    const { name: file_name, size, type } = this.#file;
    const begun = await api("/api/uploads", {
      method: "POST",
      signal,
      body: { file_name, size, media_type: type || undefined, ...this.#fields },
    });
    this.documentId = begun.document_id;
    remember({
      document_id: begun.document_id,
      person: this.#person,
      name: file_name,
      size,
      modified: this.#file.lastModified,
      print: this.#print,
      begun_at: new Date().toISOString(),
    });
    this.#partSize = begun.part_size;
    this.#partCount = begun.part_count;
    this.#learn(begun);
  }

  async #send(signal) {
    if (!this.#partCount) await this.#catchUp(signal);
    for (let round = 1; !this.#complete; round += 1) {
      await this.#sendMissing(signal);
      // The store would put together what it has: nothing may be missing before it is told to.
      if (this.#complete || (this.#received.size < this.#partCount && round < ROUNDS_MAX)) continue;
      this.#become("finishing");
      try {
        return await this.#putTogether(signal);
      } catch (problem) {
        if (problem.code !== "parts-wrong" || round >= ROUNDS_MAX) throw problem;
        this.#received.clear();
        await this.#catchUp(signal);
        this.#become("sending");
      }
    }
    return undefined;
  }

  async #sendMissing(signal) {
    const missing = [];
    for (let number = 1; number <= this.#partCount; number += 1) {
      if (!this.#received.has(number)) missing.push(number);
    }
    const others = new AbortController();
    const either = AbortSignal.any([signal, others.signal]);
    const work = async () => {
      while (missing.length && !this.#complete) {
        await partPlaces.use(either, async () => {
          // Another file may have had the place for long: the number is taken only now.
          const number = missing.shift();
          if (number !== undefined) await this.#sendPart(number, either);
        });
      }
    };
    try {
      await Promise.all(Array.from({ length: PARTS_AT_ONCE_MAX }, work));
    } catch (problem) {
      others.abort(problem);
      throw problem;
    }
  }

  async #sendPart(number, signal) {
    const from = (number - 1) * this.#partSize;
    const part = this.#file.slice(from, from + this.#sizeOf(number));
    for (let tries = 1; !this.#complete; tries += 1) {
      const address = await this.#address(number, signal);
      if (!address) return;
      const began = performance.now();
      try {
        const etag = await put(address, part, signal, (moved) => this.#move(number, moved));
        this.#moving.delete(number);
        this.#received.set(number, etag);
        fit(performance.now() - began);
        this.#move();
        return;
      } catch (fault) {
        this.#moving.delete(number);
        signal.throwIfAborted();
        await this.#recover(fault, number, part, tries, signal);
      }
    }
  }

  /** After a part that failed: finds out what can be done, and lets time pass. Throws what cannot be helped. */
  async #recover({ status }, number, part, tries, signal) {
    if (!(await readable(part))) {
      throw new Problem({
        code: "file-changed",
        title: "The file was changed or moved while it was being sent",
        next_action: "Choose it once more; if it is still the same file, only what is missing is sent.",
      });
    }
    // An address that has expired is refused; an upload that is over is not known any more.
    if (status === 403) this.#addresses.delete(number);
    if (status === 404) return this.#catchUp(signal);
    if (tries >= TRIES_MAX) {
      throw new Problem({
        code: "line-broken",
        title: "The file does not get through",
        detail: `A part of it was sent ${tries} times and did not arrive`,
        next_action: "What has arrived is kept. Go on when the connection is better.",
      });
    }
    return this.#wait(tries, signal);
  }

  async #wait(tries, signal) {
    const online = navigator.onLine;
    this.hitch = online ? "The connection is interrupted; trying again" : "Offline; going on when the connection is back";
    this.onchange();
    await Promise.race([pause(online ? backoff(tries) : OFFLINE_REST_MS, signal), backOnline(signal)]);
  }

  /** The address of a part, fresh enough to be used; null if there is nothing to send any more. */
  async #address(number, signal) {
    const fresh = () => Date.now() < this.#addressesUntil - RENEW_BEFORE_MS && this.#addresses.get(number);
    for (let tries = 1; !fresh(); tries += 1) {
      signal.throwIfAborted();
      // Once for all parts that ask at the same time.
      this.#fetching ??= this.#catchUp(signal, number).finally(() => { this.#fetching = null; });
      try {
        await this.#fetching;
      } catch (problem) {
        signal.throwIfAborted();
        if (!problem.passing || tries >= TRIES_MAX) throw problem;
        await this.#wait(tries, signal);
      }
      if (this.#complete || this.#received.has(number)) return null;
    }
    return this.#addresses.get(number);
  }

  /** Learns from the API what has arrived, and where parts from `from` on are sent. */
  async #catchUp(signal, from = 1) {
    const progress = await api(`/api/uploads/${this.documentId}?from=${from}`, { signal });
    this.#partSize = progress.part_size;
    this.#partCount = progress.part_count;
    this.#complete = progress.complete;
    // Parts that arrived while the answer was under way are not in it.
    for (const { number, etag } of progress.received) this.#received.set(number, etag);
    this.#learn(progress);
  }

  #learn({ parts, expires_at }) {
    for (const { number, url } of parts) this.#addresses.set(number, url);
    this.#addressesUntil = Date.parse(expires_at);
  }

  async #putTogether(signal) {
    // The store's answers carry no ETag where its CORS rules do not show it.
    if ([...this.#received.values()].some((etag) => !etag)) await this.#catchUp(signal, this.#partCount);
    const parts = [...this.#received].map(([number, etag]) => ({ number, etag }));
    // Completing twice is a success, so a lost answer is simply asked for again.
    for (let tries = 1; ; tries += 1) {
      try {
        return await api(`/api/uploads/${this.documentId}/complete`, { method: "POST", signal, body: { parts } });
      } catch (problem) {
        signal.throwIfAborted();
        if (!problem.passing || tries >= TRIES_MAX) throw problem;
        await pause(backoff(tries), signal);
      }
    }
  }

  #arrived() {
    this.hitch = null;
    this.#addresses.clear();
    forget(this.documentId);
    this.#become("sent");
  }

  #startOver() {
    forget(this.documentId);
    this.documentId = null;
    this.#partCount = 0;
    this.#complete = false;
    this.#received.clear();
    this.#addresses.clear();
  }

  #sizeOf(number) {
    return Math.min(this.#partSize, this.#file.size - (number - 1) * this.#partSize);
  }

  #move(number, moved) {
    if (number) this.#moving.set(number, moved);
    this.hitch = null;
    const at = performance.now();
    this.#samples.push({ at, sent: this.sent });
    while (this.#samples.length > 2 && at - this.#samples[0].at > SPEED_OVER_MS) this.#samples.shift();
    this.onchange();
  }

  #become(state) {
    this.state = state;
    this.onchange();
  }
}
