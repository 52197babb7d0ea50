/* Adds a row to the parts of a lot, and takes one away, without asking the server.

   <div data-part-rows> <div data-part> … <input type="checkbox" name="parts-0-DELETE"> </div> </div>
   <template data-part-template> the same row with __prefix__ for its number </template>
   <button name="add_part" data-add-part>   without this module it submits the form, which comes back
                                            with one more row */

const rows = document.querySelector("[data-part-rows]");
const template = document.querySelector("[data-part-template]");
const total = document.querySelector("[name=parts-TOTAL_FORMS]");
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

function isStrike(control) {
  return control.matches("input[type=checkbox][name$='-DELETE']");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-part]");
  if (!button) return;
  event.preventDefault();
  addRow(button);
});

document.addEventListener("change", (event) => {
  if (isStrike(event.target)) {
    event.target.closest("[data-part]").toggleAttribute("data-struck", event.target.checked);
  }
});
