// <form data-passkey="make | show" data-begin="…" data-finish="…">: has the browser make or show a passkey when it is
// sent. What goes wrong is said in [data-passkey-error]; recovery codes that came along show in [data-recovery].

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const known = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));

class Refused extends Error {}

async function ask(form, address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    body: JSON.stringify(body),
  });
  if (!answer.headers.get("Content-Type")?.includes("json")) throw new Refused("This page is too old. Open it again.");
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.error === "too_many_requests" ? said.message : said.error);
  return said;
}

async function make({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
    },
  });
  const { attestationObject, clientDataJSON } = made.response;
  return answerOf(made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) });
}

async function show({ publicKey }) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = shown.response;
  return answerOf(shown, {
    authenticatorData: text(authenticatorData),
    clientDataJSON: text(clientDataJSON),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

function answerOf(credential, response) {
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

function goOn(form, said) {
  const recovery = document.querySelector("[data-recovery]");
  if (!said.codes?.length || !recovery) return location.assign(said.next);
  const items = said.codes.map((code) => Object.assign(document.createElement("li"), { textContent: code }));
  recovery.querySelector("ul").replaceChildren(...items);
  form.hidden = true;
  recovery.hidden = false;
}

function words(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "InvalidStateError") return "There is a passkey for this account on this device already.";
  if (error.name === "NotAllowedError") return "Nothing was done: it was called off, or took too long.";
  return "This browser cannot use passkeys here.";
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form) return;
  event.preventDefault();
  const notice = form.querySelector("[data-passkey-error]");
  const button = form.querySelector("button");
  notice.hidden = true;
  button.disabled = true;
  try {
    const wanted = await ask(form, form.dataset.begin, {});
    const answer = await (form.dataset.passkey === "make" ? make : show)(wanted);
    goOn(form, await ask(form, form.dataset.finish, { name: form.elements.name?.value, answer }));
  } catch (error) {
    notice.textContent = words(error);
    notice.hidden = false;
  } finally {
    button.disabled = false;
  }
});
