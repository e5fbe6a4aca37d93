// What a video's container says of it: how long it is, what tracks it has, whether its end is missing.
//
// Reads a few slices, never the file. Whatever cannot be known stays undefined, and a container that this does not
// understand is no fault of the file: then nothing is known.

/// Largest index of an MP4 that is read, in bytes: hours of video stay below.
const MOOV_BYTES_MAX = 32 * 1024 * 1024;
/// Boxes at the top of an MP4 that are walked over: more only a fragmented one has, and its index comes first.
const TOP_BOXES_MAX = 200;
/// How much of a WebM's or Matroska's beginning is read, in bytes: the tracks come before the pictures.
const EBML_BYTES_MAX = 1024 * 1024;

/** `{duration_ms?, video?, audio?, captions?, cut?}` of a file. */
export async function look(file) {
  try {
    const head = await read(file, 0, 12);
    if (head.byteLength < 12) return {};
    if (head.getUint32(0) === 0x1a45dfa3) return matroska(await read(file, 0, EBML_BYTES_MAX), file.size);
    return await mp4(file);
  } catch (error) {
    // Beyond the end of what was read: not laid out as this expects.
    if (error instanceof RangeError) return {};
    throw error;
  }
}

async function read(file, from, length) {
  return new DataView(await file.slice(from, from + length).arrayBuffer());
}

// ISO/IEC 14496-12

const BEGINNINGS = new Set(["ftyp", "moov", "mdat", "free", "skip", "wide", "pnot"]);

async function mp4(file) {
  let known;
  let at = 0;
  for (let count = 0; count < TOP_BOXES_MAX && at < file.size; count += 1) {
    const view = await read(file, at, 16);
    if (view.byteLength < 8) return { ...known, cut: true };
    const { type, size, header } = boxAt(view, 0, file.size - at);
    if (count === 0 && !BEGINNINGS.has(type)) return {};
    if (size < header) return {};
    if (type === "moov") {
      if (size > MOOV_BYTES_MAX) return {};
      if (at + size > file.size) return { cut: true };
      known = movie(await read(file, at, size), header);
      if (known.fragmented) return known;
    }
    at += size;
  }
  if (at > file.size) return { ...known, cut: true };
  // A recording that was broken off never got its index.
  return known ?? (at === file.size ? { cut: true } : {});
}

function boxAt(view, at, left) {
  const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
  const short = view.getUint32(at);
  if (short === 1) return { type, size: Number(view.getBigUint64(at + 8)), header: 16 };
  return { type, size: short === 0 ? left : short, header: 8 };
}

function* boxes(view, from, to) {
  for (let at = from; at + 8 <= to;) {
    const { type, size, header } = boxAt(view, at, to - at);
    if (size < header || at + size > to) return;
    yield { type, from: at + header, to: at + size };
    at += size;
  }
}

function movie(view, header) {
  const known = { video: false, audio: false, captions: false };
  let scale;
  const length = (at, long) => (long ? Number(view.getBigUint64(at)) : view.getUint32(at));
  for (const box of boxes(view, header, view.byteLength)) {
    if (box.type === "mvhd") {
      const long = view.getUint8(box.from) === 1;
      scale = view.getUint32(box.from + (long ? 20 : 12));
      known.duration_ms = length(box.from + (long ? 24 : 16), long) / scale * 1000;
    } else if (box.type === "mvex") {
      known.fragmented = true;
    } else if (box.type === "trak") {
      const role = handler(view, box);
      if (role === "vide") known.video = true;
      if (role === "soun") known.audio = true;
      if (["text", "sbtl", "subt", "clcp"].includes(role)) known.captions = true;
    }
  }
  // The length of a fragmented film, or of one that was streamed, is not in its index.
  if (known.fragmented || !Number.isFinite(known.duration_ms)) delete known.duration_ms;
  return known;
}

function handler(view, track) {
  for (const media of boxes(view, track.from, track.to)) {
    if (media.type !== "mdia") continue;
    for (const box of boxes(view, media.from, media.to)) {
      if (box.type === "hdlr") return String.fromCharCode(...[8, 9, 10, 11].map((offset) => view.getUint8(box.from + offset)));
    }
  }
  return undefined;
}

// Matroska (RFC 9559)

const ID = {
  segment: 0x18538067, info: 0x1549a966, scale: 0x2ad7b1, duration: 0x4489,
  tracks: 0x1654ae6b, track: 0xae, kind: 0x83, cluster: 0x1f43b675,
};
const NANOSECONDS_PER_MS = 1_000_000;

function matroska(view, fileSize) {
  const end = view.byteLength;
  for (const top of elements(view, 0, end)) {
    if (top.id !== ID.segment) continue;
    const known = { cut: top.to > fileSize && !top.open };
    for (const element of elements(view, top.from, end)) {
      if (element.id === ID.cluster) break;
      // Only what was read whole is understood.
      if (element.to > end) break;
      if (element.id === ID.info) Object.assign(known, information(view, element));
      if (element.id === ID.tracks) Object.assign(known, tracks(view, element));
    }
    return known;
  }
  return {};
}

function* elements(view, from, to) {
  for (let at = from; at < to;) {
    const id = number(view, at, true);
    const size = number(view, at + id.length, false);
    const start = at + id.length + size.length;
    const open = size.value === 2 ** (7 * size.length) - 1;
    const end = open ? Infinity : start + size.value;
    yield { id: id.value, from: start, to: end, open };
    at = end;
  }
}

/** A number whose first byte says how long it is; an id keeps that mark. */
function number(view, at, isId) {
  const first = view.getUint8(at);
  const length = Math.clz32(first) - 23;
  if (length > 8) throw new RangeError("not a number of EBML");
  let value = isId ? first : first & (0xff >> length);
  for (let offset = 1; offset < length; offset += 1) value = value * 256 + view.getUint8(at + offset);
  return { value, length };
}

function unsigned(view, { from, to }) {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 256 + view.getUint8(at);
  return value;
}

function information(view, element) {
  let scale = NANOSECONDS_PER_MS;
  let ticks;
  for (const part of elements(view, element.from, element.to)) {
    if (part.id === ID.scale) scale = unsigned(view, part);
    if (part.id === ID.duration) ticks = part.to - part.from === 4 ? view.getFloat32(part.from) : view.getFloat64(part.from);
  }
  return ticks === undefined ? {} : { duration_ms: ticks * scale / NANOSECONDS_PER_MS };
}

function tracks(view, element) {
  const kinds = new Set();
  for (const track of elements(view, element.from, element.to)) {
    if (track.id !== ID.track) continue;
    for (const part of elements(view, track.from, track.to)) {
      if (part.id === ID.kind) kinds.add(unsigned(view, part));
    }
  }
  return { video: kinds.has(1), audio: kinds.has(2), captions: kinds.has(17) };
}
