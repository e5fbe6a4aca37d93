// What can be known to be wrong with a file before a byte of it is sent, said in a sentence.

import { bytes } from "../core.js";
import { look } from "./media.js";

/// Longest file name, in bytes of UTF-8, as the API takes it.
const FILE_NAME_BYTES_MAX = 255;

/** `{kind, facts}` of a file that may be handed in, `{refusal}` of one that may not. */
export async function check(file, { file_types, limits }) {
  // A folder that was dropped looks like a file without a type that cannot be read; its name has no extension as a rule.
  const extension = /\.([^.]+)$/.exec(file.name)?.[1].toLowerCase();
  const type = file_types.find((known) => known.extension === extension);
  if (!type) return { refusal: unsupported(extension, file_types) };
  const { kind } = type;
  if (new TextEncoder().encode(file.name).length > FILE_NAME_BYTES_MAX) {
    return { kind, refusal: "The file’s name is too long. Give it a shorter name and choose it again." };
  }
  if (/[/\p{Cc}]/u.test(file.name)) {
    return { kind, refusal: "The file’s name holds a slash or a control character. Rename it and choose it again." };
  }
  if (file.size === 0) {
    return { kind, refusal: "The file is empty. Open it, check that it has content, save it and choose it again." };
  }
  if (file.size > limits.upload_bytes_max) {
    const smaller = kind === "video" ? "Export the video at 720p, for example," : "Make it smaller";
    return { kind, refusal: `The file has ${bytes(file.size)}, and at most ${bytes(limits.upload_bytes_max)} are taken. ${smaller} and choose it again.` };
  }
  try {
    await file.slice(0, 1).arrayBuffer();
    const facts = kind === "video" ? await look(file) : {};
    return { kind, facts, refusal: kind === "video" ? videoRefusal(facts) : undefined };
  } catch {
    return { kind, refusal: "This computer cannot read the file. It may have been moved, or be open elsewhere; choose it again." };
  }
}

function videoRefusal({ duration_ms, video, audio, captions, cut }) {
  if (cut) return "The video is incomplete: its end or its index is missing. Check that it plays to the end, export it again and choose it again.";
  if (video === false) return "There is no picture in this file, only sound. Choose the video itself.";
  if (audio === false && !captions) return "There is no sound in this video, so nothing can be transcribed. Export it with its audio track and choose it again.";
  if (duration_ms === 0) return "The video has no length. Check that it plays, export it again and choose it again.";
  return undefined;
}

function unsupported(extension, fileTypes) {
  const list = (kind) => fileTypes.filter((type) => type.kind === kind).map((type) => `.${type.extension}`).join(", ");
  const found = extension ? `Files that end in .${extension} are not taken.` : "Its name does not say what kind of file it is.";
  return `${found} Save a lesson plan as one of ${list("lesson_plan")}; a video as one of ${list("video")}.`;
}
