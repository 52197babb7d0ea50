/* Shows only the fields that matter for the chosen protocol; without it all of them are there.

   <form data-target-form>
     <select name="protocol">…</select> <input type="checkbox" name="has_tls">
     <fieldset data-shown-for="mqtt http">…</fieldset> <div data-shown-with="has_tls">…</div>
   </form>
*/

function arrange(form) {
  const protocol = new FormData(form).get("protocol");
  for (const part of form.querySelectorAll("[data-shown-for]")) {
    part.hidden = !part.dataset.shownFor.split(" ").includes(protocol);
  }
  for (const part of form.querySelectorAll("[data-shown-with]")) {
    part.hidden = !form.elements[part.dataset.shownWith].checked;
  }
}

const form = document.querySelector("[data-target-form]");
if (form) {
  form.addEventListener("change", () => arrange(form));
  arrange(form);
}
