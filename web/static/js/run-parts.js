/* Adds a row to the parts of a lot, and takes one away, without asking the server; says how many mocks all have together.

   <div data-part-rows> <div data-part> … <input type="checkbox" name="parts-0-DELETE"> </div> </div>
   <template data-part-template> the same row with __prefix__ for its number </template>
   <button name="add_part" data-add-part>   without this module it submits the form, which comes back
                                            with one more row
   <p data-part-total data-most="50000" hidden></p>   filled where there are several rows, or too many mocks */

const rows = document.querySelector("[data-part-rows]");
const template = document.querySelector("[data-part-template]");
const total = document.querySelector("[name=parts-TOTAL_FORMS]");
const told = document.querySelector("[data-part-total]");
const most = Number(document.querySelector("[name=parts-MAX_NUM_FORMS]")?.value ?? 20);

function addRow(button) {
  const number = Number(total.value);
  if (number >= most) return;
  const html = template.innerHTML.replaceAll("__prefix__", String(number));
  rows.insertAdjacentHTML("beforeend", html);
  total.value = String(number + 1);
  button.hidden = number + 1 >= most;
  rows.lastElementChild.querySelector("select")?.focus();
}

function countOf(part) {
  const control = part.querySelector("input[name$='-count']");
  return part.hasAttribute("data-struck") ? 0 : Number.parseInt(control?.value, 10) || 0;
}

function tellTotal() {
  const counts = [...rows.querySelectorAll("[data-part]")].map(countOf);
  const sum = counts.reduce((whole, count) => whole + count, 0);
  const limit = Number(told.dataset.most);
  told.hidden = counts.length < 2 && sum <= limit;
  told.toggleAttribute("data-invalid", sum > limit);
  const words = `${sum.toLocaleString("en-GB")} mock${sum === 1 ? "" : "s"} together; a lot holds at most ${limit.toLocaleString("en-GB")}.`;
  if (told.textContent !== words) told.textContent = words;
}

function isStrike(control) {
  return control.matches("input[type=checkbox][name$='-DELETE']");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-part]");
  if (!button) return;
  event.preventDefault();
  addRow(button);
  tellTotal();
});

document.addEventListener("change", (event) => {
  if (isStrike(event.target)) {
    event.target.closest("[data-part]").toggleAttribute("data-struck", event.target.checked);
    tellTotal();
  }
});

rows.addEventListener("input", tellTotal);
tellTotal();
