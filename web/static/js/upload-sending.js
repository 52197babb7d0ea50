/* The requests of an upload: to the console, which answers JSON, and to the store, which answers XML. */
import { storeReason } from "./upload-words.js";

const TRIES = 4; // of what may be sent again
const FIRST_WAIT = 1000; // ms before the second try; doubled for each further one

/* The upload does not go on; `message` is a sentence for the user. `mayPass`: trying again may help. */
export class Refused extends Error {
  constructor(message, { isCancelled = false, mayPass = false } = {}) {
    super(message);
    this.isCancelled = isCancelled;
    this.mayPass = mayPass;
  }
}

/* Does what can be done twice until it went well, a few times; throws what the last try threw. */
export async function again(action, signal) {
  for (let turn = 1; ; turn += 1) {
    try {
      return await action();
    } catch (error) {
      if (!error.mayPass || signal.aborted || turn === TRIES) throw error;
      await pause(FIRST_WAIT * 2 ** (turn - 1), signal);
    }
  }
}

function pause(wait, signal) {
  return new Promise((resolve) => {
    const over = setTimeout(resolve, wait);
    signal.addEventListener("abort", () => (clearTimeout(over), resolve()), { once: true });
  });
}

/* Posts fields to the console and returns its JSON; throws Refused with the console's own words. */
export async function post(url, fields, { token, signal }) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "X-CSRFToken": token, Accept: "application/json" },
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw new Refused("Cancelled.", { isCancelled: true });
    throw new Refused("The console cannot be reached. Check your connection and try again.", { mayPass: true });
  }
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const body = isJson ? await answer.json() : {};
  if (!answer.ok) {
    const text = body.errors?.join(" ") ?? `The console refused it (${answer.status}). Reload the page and try again.`;
    throw new Refused(text, { mayPass: answer.status >= 500 });
  }
  if (!isJson) throw new Refused("You are signed out. Reload the page and sign in.");
  return body;
}

/* Sends the file with the store's own form. XMLHttpRequest, because fetch tells no progress of sending. */
export function send(file, ticket, { signal, progress }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(ticket.fields)) form.append(name, value);
  form.append("file", file); // the store ignores every field behind it
  const request = new XMLHttpRequest();
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const stop = () => request.abort();
    const refuse = (text, options) => reject(new Refused(text, options));
    signal.addEventListener("abort", stop, { once: true });
    request.upload.addEventListener("progress", (event) => {
      const done = Math.min(event.loaded, file.size); // loaded counts the form's fields too
      progress(done, done / Math.max(0.001, (performance.now() - started) / 1000));
    });
    request.addEventListener("load", () => (request.status < 300 ? resolve() : refuse(storeReason(request))));
    request.addEventListener("error", () => refuse("The object store cannot be reached, or the connection broke. Try again."));
    request.addEventListener("abort", () => refuse("Cancelled.", { isCancelled: true }));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    request.open("POST", ticket.url);
    if (signal.aborted) refuse("Cancelled.", { isCancelled: true });
    else request.send(form);
  });
}
