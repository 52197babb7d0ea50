/* How a page looks, for what paints itself: colours of its tokens, and when they, or the room for it, are others. */

export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Calls resized when the place has another size, also at first, and themed when the page turns light or dark; until the signal aborts. */
export function watchLooks(place, { resized, themed, signal }) {
  const sizes = new ResizeObserver(() => resized());
  const themes = new MutationObserver(() => themed());
  sizes.observe(place);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => themed(), { signal });
  signal.addEventListener("abort", () => [sizes, themes].forEach((each) => each.disconnect()));
}
