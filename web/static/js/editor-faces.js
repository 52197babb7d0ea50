/* Which faces of a definition are seen: its form, its document, its preview.

   <form data-faces><div role="group" hidden><button aria-pressed data-show="form">…</div>
     <section data-face="form">…</section> …</form>

   A wide screen shows any of them, a narrow one a single one. The choice is kept for the next visit.
*/
const KEPT = "definition-faces";
const ALL = ["form", "document", "preview"];
const narrow = matchMedia("(max-width: 799px)");

export class Faces {
  constructor(form) {
    this.form = form;
    this.buttons = form.querySelector("[data-face-buttons]");
    this.wide = kept();
    this.single = "form";
    this.buttons.hidden = false;
    form.toggleAttribute("data-live", true);
    this.buttons.addEventListener("click", (event) => {
      const button = event.target.closest("[data-show]");
      if (button) this.toggle(button.dataset.show);
    });
    narrow.addEventListener("change", () => this.draw());
    this.draw();
  }

  get shown() {
    return narrow.matches ? [this.single] : this.wide;
  }

  toggle(face) {
    if (narrow.matches) this.single = face;
    else this.wide = this.wide.includes(face) ? this.wide.filter((each) => each !== face) : ALL.filter((each) => each === face || this.wide.includes(each));
    if (!this.wide.length) this.wide = [face];
    keep(this.wide);
    this.draw();
  }

  /* Makes sure that a face is seen. */
  show(face) {
    if (!this.shown.includes(face)) this.toggle(face);
  }

  draw() {
    this.form.dataset.faces = this.shown.join(" ");
    for (const button of this.buttons.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", String(this.shown.includes(button.dataset.show)));
    }
  }
}

function kept() {
  try {
    const words = (localStorage.getItem(KEPT) ?? "").split(" ");
    const faces = ALL.filter((face) => words.includes(face));
    return faces.length ? faces : ALL;
  } catch {
    return ALL; // storage is refused to private windows
  }
}

function keep(faces) {
  try {
    localStorage.setItem(KEPT, faces.join(" "));
  } catch { /* then the next visit begins with all */ }
}
