"""Every page on a desk and in a hand, by day and by night: all fits, and everybody can use it.

Which pages there are is asked of the URL configuration: one that is new is looked at at once.
"""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page
from workshop.venv import ROOT

from tests.browser.conftest import PATIENCE
from tests.browser.console import Console
from tests.browser.every_page import Pages
from tests.browser.visitor import NARROW, OVERFLOW, WIDE

MADE_WITHIN = 300.0  # s
# Nothing is fetched for axe: the policy lets no page read its style sheets by a script.
# CodeMirror's text takes the focus; the box around it, which scrolls, does not.
AXE = """async (rules) => {
  const among = { exclude: [[".cm-scroller"]] };
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const how = { ...only, resultTypes: ["violations"], preload: false };
  let found = [];
  for (let look = 0; look < 6 && (!look || found.length); look += 1) {
    for (let frame = 0; frame < 10 * look; frame += 1) await new Promise(requestAnimationFrame);
    found = (await axe.run(among, how)).violations;
  }
  return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html}`.slice(0, 300));
}"""  # what hears of its new size does so in the frames after the page
# Of a page, with the rules of axe; what another form has told already is not asked again.
FORMS: tuple[tuple[dict[str, int], str, list[str] | None], ...] = (
    (WIDE, "light", []),
    (WIDE, "dark", ["color-contrast"]),
    (NARROW, "dark", ["scrollable-region-focusable"]),
    (NARROW, "light", None),
)

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


@pytest.fixture(scope="module")
def pages(console: Console) -> Pages:
    """Return where all pages are, with rows to show."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.every_page"],
        env={**console.environment, "PYTHONPATH": f"{ROOT}:{ROOT}/bin"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MADE_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Pages(**json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture
def context(console: Console, chromium: Browser) -> Iterator[BrowserContext]:
    """Return a browser of nobody in particular, in which axe is at hand."""
    context = chromium.new_context(base_url=console.site, locale="en-GB", timezone_id="UTC")
    context.add_init_script(AXE_SCRIPT)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def test_pages_of_a_member_fit_and_can_be_used_by_everybody(context, console, pages):
    context.add_cookies([{**pages.cookie, "url": console.site}])

    found = looked_at(context.new_page(), pages.members)

    assert len(pages.members) > 100
    assert found == {}


def test_pages_of_anybody_fit_and_can_be_used_by_everybody(context, pages):
    assert looked_at(context.new_page(), pages.anybodys) == {}


def looked_at(page: Page, paths: dict[str, str]) -> dict[str, list[str]]:
    """Return what is wrong with each page, by its route."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    found: dict[str, list[str]] = {}
    for route, path in paths.items():
        complaints: list[str] = []
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        page.goto(path)
        complaints += wrong_with(page)
        if complaints:
            found[route] = complaints
    return found


def wrong_with(page: Page) -> list[str]:
    """Return what is wrong with a page in each of its four forms."""
    wrong: dict[str, str] = {}
    for size, scheme, rules in FORMS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        heard = [] if rules is None else page.evaluate(AXE, rules)
        for what in [page.evaluate(OVERFLOW), *heard]:
            if what:
                wrong.setdefault(what, f"{size['width']} px, {scheme}")
    return [f"{what} ({form})" for what, form in wrong.items()]
