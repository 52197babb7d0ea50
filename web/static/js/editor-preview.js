/* <definition-preview data-to="…"> radio "window", hidden "seed", [data-reroll], [data-part="shown"] </definition-preview>

   Asks the console what the text of its form would send, a moment after the last key, and puts each
   [data-part] of the answer where the form has the same part. Sends a bubbling "previewed" event.
*/
import "./chart-preview.js";

const PAUSE = 600; // ms without a key
const MOST_SEED = 1_000_000;

class DefinitionPreview extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.left = new AbortController();
    const { signal } = this.left;
    this.form.addEventListener("edited", () => this.later(), { signal });
    this.addEventListener("change", () => this.ask(), { signal });
    this.querySelector("[data-reroll]").addEventListener("click", () => {
      this.querySelector("[name=seed]").value = Math.floor(Math.random() * MOST_SEED);
      this.ask();
    }, { signal });
    this.ask();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.left.abort();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    this.toggleAttribute("data-asking", true);
    try {
      const answer = await fetch(this.dataset.to, { method: "POST", body: new URLSearchParams(new FormData(this.form)), signal });
      if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
      this.show(await answer.text());
    } catch (error) {
      if (signal.aborted) return;
      this.say("The preview cannot be made just now. Your text is not lost; it is asked for again when you type.");
    }
    this.toggleAttribute("data-asking", false);
  }

  show(html) {
    const answer = new DOMParser().parseFromString(html, "text/html");
    for (const part of answer.querySelectorAll("[data-part]")) {
      this.form.querySelector(`[data-part="${part.dataset.part}"]`).replaceChildren(...part.childNodes);
    }
    this.toggleAttribute("data-stale", !answer.querySelector('[data-part="shown"]'));
    this.dispatchEvent(new CustomEvent("previewed", { bubbles: true }));
  }

  say(text) {
    const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: text });
    notice.dataset.kind = "warning";
    this.querySelector('[data-part="shown"]').replaceChildren(notice);
  }
}

customElements.define("definition-preview", DefinitionPreview);
