// A video whose address lives for a few minutes only, played as if it lived for ever.
//
// The address is renewed before it ends. The new one is taken up where that disturbs nobody: a request that is under way
// goes on to its end, so playback is only moved over when the browser has to ask anew.

import { api, backoff, pause, Problem } from "../core.js";

/// An address is renewed this long before its end, in ms: a slow line needs time to ask.
const RENEW_BEFORE_MS = 45_000;
/// How often a video that does not load is tried again before that is said.
const TRIES_MAX = 4;

/** Gives `video` its media from `path`, until `signal` ends it. `onProblem(problem)` hears what does not pass; null, that it did. */
export class Media {
  #ends = 0;
  #url = null;
  #fresh = null;
  #tries = 0;
  #moving = null;
  #timer;

  constructor({ video, path, signal, onProblem }) {
    Object.assign(this, { video, path, signal, onProblem });
    const on = (name, run) => video.addEventListener(name, run, { signal });
    // Moments at which the browser is about to ask, or could not.
    on("seeking", () => this.#old && !this.#buffered(video.currentTime) && this.#move());
    on("play", () => this.#old && this.#move());
    on("waiting", () => this.#old && this.#move());
    on("error", () => this.#failed());
    on("playing", () => { this.#tries = 0; });
    signal.addEventListener("abort", () => this.#end());
  }

  /** Begins, with nothing loaded but what the player needs to show the first picture. */
  start() {
    return this.#move();
  }

  /** Whether the address in use is about to end. */
  get #old() {
    return this.#url !== null && Date.now() > this.#ends - RENEW_BEFORE_MS;
  }

  #buffered(seconds) {
    const { buffered } = this.video;
    return Array.from({ length: buffered.length }, (_, n) => n)
      .some((n) => buffered.start(n) <= seconds && seconds < buffered.end(n));
  }

  async #renew() {
    const { url, expires_at } = await api(this.path, { signal: this.signal });
    this.#fresh = { url, ends: new Date(expires_at).getTime() };
    clearTimeout(this.#timer);
    const left = this.#fresh.ends - Date.now() - RENEW_BEFORE_MS;
    this.#timer = setTimeout(() => this.#keepFresh(), Math.max(left, RENEW_BEFORE_MS / 4));
  }

  /** Somebody who watches has a fresh address at hand; who has paused gets one when they go on. */
  async #keepFresh() {
    if (this.video.paused || this.signal.aborted) return;
    await this.#renew().catch(() => {});
  }

  /** Moves over to a fresh address at the same place, at the same speed, playing or not. */
  #move() {
    this.#moving ??= this.#moved().finally(() => { this.#moving = null; });
    return this.#moving;
  }

  async #moved() {
    const { video } = this;
    try {
      if (!this.#fresh || Date.now() > this.#fresh.ends - RENEW_BEFORE_MS / 2 || this.#fresh.url === this.#url) await this.#renew();
    } catch (problem) {
      if (!this.signal.aborted) this.onProblem(problem);
      return;
    }
    if (this.signal.aborted) return;
    const first = this.#url === null;
    const { currentTime: at, paused, playbackRate } = video;
    this.#url = this.#fresh.url;
    this.#ends = this.#fresh.ends;
    video.src = this.#url;
    video.defaultPlaybackRate = playbackRate;
    video.playbackRate = playbackRate;
    this.onProblem(null);
    if (first) return;
    video.addEventListener("loadedmetadata", () => { video.currentTime = at; }, { once: true, signal: this.signal });
    if (!paused) video.play().catch(() => {});
  }

  async #failed() {
    // An element without an address is not at fault.
    if (!this.video.error || this.signal.aborted) return;
    this.#tries += 1;
    if (this.#tries > TRIES_MAX) return this.onProblem(unplayable(this.video.error));
    await pause(backoff(this.#tries, 250), this.signal).catch(() => {});
    this.#fresh = null;
    if (!this.signal.aborted) await this.#move();
  }

  /** Tries again from the beginning, because somebody asked for it. */
  again() {
    this.#tries = 0;
    this.#fresh = null;
    return this.#move();
  }

  #end() {
    clearTimeout(this.#timer);
    this.video.removeAttribute("src");
    this.video.load();
  }
}

const unplayable = ({ code }) => new Problem({
  code: "video-unplayable",
  title: code === MediaError.MEDIA_ERR_NETWORK ? "The video stopped loading" : "This browser cannot play the video",
  next_action: "Try again, or save the original and play it with another program.",
});
