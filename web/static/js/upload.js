/* Sends files from the browser straight to the object store, and tells the console afterwards.

   <dataset-upload data-to="/w/…/datasets/new/" data-most="100000000" [data-name="van-7.gpx"]>
     <form>csrf token <div data-place><input type="file"> <input type="checkbox" data-credentials></div></form>
     <ul data-list></ul>
     <template><li>data-file, data-told, data-cancel, progress, data-error</li></template>
   </dataset-upload>

   With one file the browser goes on to the dataset's page; with several it stays and says how each
   of them fared.
*/
import { again, post, send, Refused } from "./upload-sending.js";
import { sendParts } from "./upload-parts.js";
import { bytes, safeName } from "./upload-words.js";

const AT_ONCE = 2; // more files share the same line and only look slower

class DatasetUpload extends HTMLElement {
  connectedCallback() {
    this.waiting = [];
    this.running = 0;
    this.left = new AbortController();
    const { signal } = this.left;
    const place = this.querySelector("[data-place]");
    this.querySelector("input[type=file]").addEventListener("change", (event) => {
      this.take(event.target.files);
      event.target.value = "";
    }, { signal });
    place.addEventListener("dragover", (event) => {
      event.preventDefault();
      place.toggleAttribute("data-over", true);
    }, { signal });
    place.addEventListener("dragleave", () => place.toggleAttribute("data-over", false), { signal });
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      place.toggleAttribute("data-over", false);
      this.take(event.dataTransfer.files);
    }, { signal });
    addEventListener("beforeunload", (event) => this.running && event.preventDefault(), { signal });
  }

  disconnectedCallback() {
    this.left.abort();
  }

  take(files) {
    const chosen = this.dataset.name ? [...files].slice(0, 1) : [...files];
    this.isAlone = chosen.length === 1 && !this.running && !this.waiting.length;
    this.waiting.push(...chosen.map((file) => this.item(file)));
    this.next();
  }

  item(file) {
    const element = this.querySelector("template").content.firstElementChild.cloneNode(true);
    element.querySelector("[data-file]").textContent = this.dataset.name || safeName(file.name);
    const isCredentials = this.querySelector("[data-credentials]")?.checked ?? false;
    const item = { file, element, isCredentials, cancelled: new AbortController() };
    element.querySelector("[data-cancel]").addEventListener("click", () => item.cancelled.abort());
    this.tell(item, "waiting");
    this.querySelector("[data-list]").append(element);
    return item;
  }

  tell({ element }, text) {
    element.querySelector("[data-told]").textContent = text;
  }

  next() {
    while (this.running < AT_ONCE && this.waiting.length) {
      this.running += 1;
      this.upload(this.waiting.shift()).finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  }

  async upload(item) {
    try {
      const page = await this.steps(item);
      this.end(item, "uploaded");
      if (this.isAlone) {
        this.running = 0; // leaving is meant
        location.assign(page);
      } else {
        const link = Object.assign(document.createElement("a"), { href: page });
        link.textContent = item.element.querySelector("[data-file]").textContent;
        item.element.querySelector("[data-file]").replaceChildren(link);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.end(item, error.isCancelled ? "cancelled" : "not uploaded");
      const notice = item.element.querySelector("[data-error]");
      notice.hidden = error.isCancelled;
      notice.textContent = error.message;
    }
  }

  async steps({ file, element, cancelled, isCredentials }) {
    const { signal } = cancelled;
    if (file.size > Number(this.dataset.most)) {
      throw new Refused(`The file has ${bytes(file.size)}; at most ${bytes(Number(this.dataset.most))} can be uploaded.`);
    }
    const token = this.querySelector("[name=csrfmiddlewaretoken]").value;
    const asked = { name: this.dataset.name || safeName(file.name), size: file.size };
    if (isCredentials) asked.is_credentials = "on";
    const ticket = await post(this.dataset.to, asked, { token, signal });
    await (ticket.parts.length ? sendParts : send)(file, ticket, {
      signal,
      progress: (done, speed) => {
        element.querySelector("progress").value = done / file.size;
        this.tell({ element }, `${bytes(done)} of ${bytes(file.size)}, ${bytes(speed)}/s`);
      },
    });
    this.tell({ element }, "checking");
    await again(() => post(ticket.uploaded, {}, { token, signal }), signal);
    return ticket.page;
  }

  end({ element }, text) {
    this.tell({ element }, text);
    element.querySelector("progress").hidden = true;
    element.querySelector("[data-cancel]").hidden = true;
  }
}

customElements.define("dataset-upload", DatasetUpload);
