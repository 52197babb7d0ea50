/* <log-tail src="…live.json?mock=3" every="800"> [data-pause] [data-clear] [data-filter] [data-told] [data-records] </log-tail>

   Asks for what was seen since the last look and puts it on top. While it is paused, or the page is
   hidden, nobody looks, and the towers copy nothing. */

const MOST = 500; // records on the page; the log has all of them
const WAIT = 3000; // ms after an answer that is none

class LogTail extends HTMLElement {
  connectedCallback() {
    this.left = new AbortController();
    const { signal } = this.left;
    this.list = this.querySelector("[data-records]");
    this.told = this.querySelector("[data-told]");
    this.filter = this.querySelector("[data-filter]");
    this.button = this.querySelector("[data-pause]");
    this.counts = { seen: 0, leftOut: 0 };
    this.place = { watch: "", after: "" };
    this.button.addEventListener("click", () => this.pause(!this.isPaused), { signal });
    this.querySelector("[data-clear]").addEventListener("click", () => this.list.replaceChildren(), { signal });
    this.filter.addEventListener("input", () => this.sift(this.list.children), { signal });
    document.addEventListener("visibilitychange", () => this.later(0), { signal });
    this.look();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.left.abort();
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    this.button.setAttribute("aria-pressed", String(isPaused));
    this.button.textContent = isPaused ? "Resume" : "Pause";
    if (isPaused) this.say("Paused.");
    this.later(0);
  }

  later(wait) {
    clearTimeout(this.timer);
    if (this.isOver || this.isPaused || document.hidden) return;
    this.timer = setTimeout(() => this.look(), wait);
  }

  async look() {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const answer = await fetch(`${this.getAttribute("src")}&${new URLSearchParams(this.place)}`, { signal: this.left.signal });
      if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
      this.show(await answer.json());
    } catch (error) {
      if (this.left.signal.aborted) return;
      this.say("The console does not answer. It is tried again in a moment.");
      this.later(WAIT);
    } finally {
      this.isLooking = false;
    }
  }

  show(news) {
    this.isOver = Boolean(news.is_over);
    if (news.problem) {
      this.say(news.problem);
      this.later(WAIT);
      return;
    }
    this.place = { watch: news.watch, after: news.after };
    if (news.html && !this.isPaused) this.put(news.html);
    this.counts.seen += news.count;
    this.counts.leftOut += news.left_out;
    this.say(this.words());
    this.later(Number(this.getAttribute("every")));
  }

  put(html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const records = [...fresh.content.querySelectorAll(".record")];
    for (const record of records) record.dataset.new = "";
    this.sift(records);
    this.list.prepend(...records);
    while (this.list.children.length > MOST) this.list.lastElementChild.remove();
  }

  sift(records) {
    const words = this.filter.value.trim().toLowerCase();
    for (const record of records) record.hidden = !record.textContent.toLowerCase().includes(words);
  }

  words() {
    const { seen, leftOut } = this.counts;
    const missing = leftOut ? `, and ${leftOut.toLocaleString("en")} left out: too many to show` : "";
    const end = this.isOver ? " The run has ended." : "";
    return seen || leftOut ? `${seen.toLocaleString("en")} seen${missing}.${end}` : `Nothing yet.${end}`;
  }

  say(text) {
    if (this.told.textContent !== text) this.told.textContent = text;
  }
}

customElements.define("log-tail", LogTail);
