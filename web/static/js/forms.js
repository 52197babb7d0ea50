// <form data-autosubmit> sends itself when a select or a checkbox in it changes (filters).
// A POST form is sent once: its buttons rest until the answer comes, or the page is come back to.
// <input type="hidden" data-time-zone> says where the browser is.
// Of a form that comes back refused, the first field that is wrong has the focus.

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) {
    form.requestSubmit();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const field of document.querySelectorAll("input[data-time-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

document.querySelector('main [aria-invalid="true"]')?.focus();
