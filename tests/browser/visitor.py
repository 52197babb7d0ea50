"""Somebody at a browser, who hears what the pages complain of and looks at them on any screen."""

import os
import re
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Locator, Page

from tests.browser.console import Console

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
SHOTS = os.environ.get("SHOTS", "")  # a folder for a picture of each page that is looked at
REFUSED_FORM = re.compile(r"status of 422\b")  # Chromium mentions it; the page shows it
OVERFLOW = """async () => {
  const page = document.documentElement;
  const fits = () => page.scrollWidth <= page.clientWidth;
  for (let frame = 0; frame < 30 && !fits(); frame += 1) await new Promise(requestAnimationFrame);
  return fits() ? "" : `${page.scrollWidth} px wide`;
}"""  # charts take their new size in the frames after the page's


class Visitor:
    """A page, and what went wrong on it: uncaught errors, refusals of the content policy."""

    def __init__(self, page: Page, console: Console) -> None:
        self.page = page
        self.console = console
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._complain(str(error)))

    def go(self, name: str) -> None:
        """Follow the link ``name`` of the menu."""
        menu = self.page.get_by_role("navigation", name="Workspace")
        link = menu.get_by_role("link", name=name, exact=True)
        address = link.get_attribute("href") or ""
        link.click()
        self.page.wait_for_url(address)

    def press(self, name: str) -> None:
        """Press the button ``name``."""
        self.wait_for_scripts()
        self.page.get_by_role("button", name=name, exact=True).click()

    def press_key(self, key: str) -> None:
        """Press a key that leads to another page, or to this one anew; ends there."""
        self.wait_for_scripts()
        with self.page.expect_navigation():  # the old page may show already what is waited for
            self.page.locator("body").press(key)

    def fill(self, label: str, text: str) -> None:
        """Put ``text`` into the field ``label``."""
        self.field(label).fill(text)

    def field(self, label: str) -> Locator:
        """Return the field whose label begins with ``label``."""
        self.wait_for_scripts()
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}"))

    def wait_for_scripts(self) -> None:
        """Wait until the scripts of the page have begun.

        Before, nobody hears a key or a click, and what they hide is still in sight.
        """
        self.page.wait_for_load_state()

    def look(self, name: str) -> None:
        """Look at the page on a desk and in a hand, by day and by night: nothing sticks out."""
        self.wait_for_scripts()
        for size, width in ((NARROW, "390"), (WIDE, "1280")):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            for scheme in ("dark", "light"):
                self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                too_wide = self.page.evaluate(OVERFLOW)
                assert not too_wide, f"{name} at {width} px, {scheme}: {too_wide}"
                self._keep_picture(f"{name}-{width}-{scheme}")

    def _keep_picture(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not REFUSED_FORM.search(message.text):
            place = message.location
            self._complain(f"{message.text} ({place['url']}:{place['lineNumber']})")

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{self.page.url}: {text}")
