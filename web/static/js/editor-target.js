/* Shows only the fields that matter for what is chosen; without it all of them are there.

   <form data-target-form>
     <select name="protocol">…</select> <input type="checkbox" name="has_tls"> <select name="password_made">…</select>
     <fieldset data-shown-for="mqtt http">…</fieldset> (of the protocol)
     <div data-shown-with="has_tls">…</div> (ticked, or not empty)
     <div data-shown-with="password_made=hmac jwt">…</div> (one of these)
   </form>

   What holds a mistake stays in sight.
*/

function isChosen(condition, values) {
  const [name, wanted] = condition.split("=");
  const value = values.get(name) ?? "";
  return wanted === undefined ? value !== "" : wanted.split(" ").includes(value);
}

function arrange(form) {
  const values = new FormData(form);
  for (const part of form.querySelectorAll("[data-shown-for]")) {
    part.hidden = !part.dataset.shownFor.split(" ").includes(values.get("protocol"));
  }
  for (const part of form.querySelectorAll("[data-shown-with]")) {
    part.hidden = !isChosen(part.dataset.shownWith, values) && !part.querySelector("[data-invalid]");
  }
}

const form = document.querySelector("[data-target-form]");
if (form) {
  form.addEventListener("change", () => arrange(form));
  arrange(form);
}
