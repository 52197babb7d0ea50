/* Sends a large file in parts, each to an address of the store that takes exactly its size. A part whose
   connection breaks is sent again by itself; the others stay. */
import { again, Refused } from "./upload-sending.js";
import { storeReason } from "./upload-words.js";

const AT_ONCE = 3; // parts on their way; more share the same line

/* Resolves when the store has all parts; throws Refused with a sentence. */
export async function sendParts(file, ticket, { signal, progress }) {
  const done = ticket.parts.map(() => 0);
  const started = performance.now();
  const tell = (number, bytes) => {
    done[number] = bytes;
    const all = done.reduce((sum, each) => sum + each, 0);
    progress(all, all / Math.max(0.001, (performance.now() - started) / 1000));
  };
  const waiting = ticket.parts.map((part, number) => ({ ...part, number }));
  let begin = 0;
  for (const part of waiting) {
    part.blob = file.slice(begin, begin + part.size);
    begin += part.size;
  }
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const lane = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) await keepSending(part, both, tell);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  } catch (error) {
    failed.abort();
    throw error;
  }
}

async function keepSending(part, signal, tell) {
  await again(() => {
    tell(part.number, 0);
    return put(part, signal, (bytes) => tell(part.number, bytes));
  }, signal);
}

/* XMLHttpRequest, because fetch tells no progress of sending. */
function put(part, signal, tell) {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    const stop = () => request.abort();
    const refuse = (text, options) => reject(new Refused(text, options));
    signal.addEventListener("abort", stop, { once: true });
    request.upload.addEventListener("progress", (event) => tell(event.loaded));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve();
      else refuse(storeReason(request), { mayPass: request.status >= 500 });
    });
    request.addEventListener("error", () => refuse("The object store cannot be reached, or the connection broke. Try again.", { mayPass: true }));
    request.addEventListener("abort", () => refuse("Cancelled.", { isCancelled: true }));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    request.open("PUT", part.url);
    if (signal.aborted) refuse("Cancelled.", { isCancelled: true });
    else request.send(part.blob);
  });
}
