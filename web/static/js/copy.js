// <button data-copy="#key">Copy</button>: puts the text of the element into the clipboard, and says so.

const SAID = 2000; // ms

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.querySelector(button.dataset.copy).textContent.trim();
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select it and copy by hand";
  }
  setTimeout(() => {
    button.textContent = label;
  }, SAID);
});
