// Uploads that are under way, kept across a closed tab or a sleeping machine, each with what its file is recognised by.

const STORE = "lectern.uploads";
/// Uploads remembered; the oldest make room.
const REMEMBERED_MAX = 50;
/// How much of a file's beginning and end is looked at to recognise it, in bytes.
const SLICE_BYTES = 64 * 1024;

/** `[{document_id, person, name, size, modified, print, begun_at}]` of one person, oldest first. */
export const remembered = (person) => all().filter((entry) => entry.person === person);

export function remember(entry) {
  write([...all().filter(({ document_id }) => document_id !== entry.document_id), entry].slice(-REMEMBERED_MAX));
}

export function forget(documentId) {
  write(all().filter(({ document_id }) => document_id !== documentId));
}

/** The upload that this very file belongs to. */
export function recognise(file, print, person) {
  return remembered(person).find((entry) =>
    entry.name === file.name && entry.size === file.size && entry.modified === file.lastModified && entry.print === print);
}

/** SHA-256 of a file's beginning and end: of a gigabyte the whole would take long, and name, size and time count too. */
export async function printOf(file) {
  if (!globalThis.crypto?.subtle) return "";
  const ends = new Blob([file.slice(0, SLICE_BYTES), file.slice(Math.max(0, file.size - SLICE_BYTES))]);
  const hash = await crypto.subtle.digest("SHA-256", await ends.arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function all() {
  try {
    const entries = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(entries) ? entries : [];
  } catch {
    return [];
  }
}

/** A browser that keeps nothing costs resuming after a closed tab, and no more. */
function write(entries) {
  try {
    if (entries.length) localStorage.setItem(STORE, JSON.stringify(entries));
    else localStorage.removeItem(STORE);
  } catch {
    // Private windows and full stores.
  }
}
