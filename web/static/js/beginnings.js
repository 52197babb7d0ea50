/* The page where a definition begins.

   <form data-beginnings>
     <input name="name"> <input type="search" data-ready-search hidden> <label data-title="Smart meter"><input type="radio" name="starter">…</label>
     <p data-ready-none hidden> <div data-drop><textarea name="sample"><input type="file" name="file"></div>
   </form>

   Searches the ready devices, gives the name of the chosen one, and takes a file that is dropped.
*/
const form = document.querySelector("[data-beginnings]");
const name = form.querySelector("[name=name]");
const search = form.querySelector("[data-ready-search]");
const nothing = form.querySelector("[data-ready-none]");
const drop = form.querySelector("[data-drop]");
const cards = [...form.querySelectorAll("[data-title]")];
let given = ""; // the name that was filled in here

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const card of cards) {
    const text = card.textContent.toLowerCase();
    card.hidden = !words.every((word) => text.includes(word));
  }
  nothing.hidden = cards.some((card) => !card.hidden);
}

function choose({ target }) {
  if (target.name !== "starter" || (name.value && name.value !== given)) return;
  given = target.closest("[data-title]")?.dataset.title ?? "";
  name.value = given;
}

function over(event) {
  event.preventDefault();
  drop.toggleAttribute("data-over", event.type === "dragover");
}

function take(event) {
  over(event);
  const [file] = event.dataTransfer.files;
  if (!file) return;
  form.querySelector("[name=file]").files = event.dataTransfer.files;
  form.querySelector("[data-sample] [name=starter]").checked = true;
}

search.hidden = false;
search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
form.addEventListener("change", choose);
drop.addEventListener("dragover", over);
drop.addEventListener("dragleave", over);
drop.addEventListener("drop", take);
find();
