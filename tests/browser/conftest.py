"""The console as processes, a Chromium, and visitors who look at every page with care."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from workshop.supervisor import Supervisor

from tests.browser.console import Console, start_console
from tests.browser.visitor import Visitor

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",  # a container has no user namespaces, and root may not use them
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 120_000  # ms that a page may take to become what is expected of it


# Both end with this folder, not with the session: Playwright keeps a loop running in this thread,
# in which no later test could run its own.
@pytest.fixture(scope="package")
def console(parts_folder: Path) -> Iterator[Console]:
    """Return the running product."""
    folder = parts_folder / "console"
    folder.mkdir(mode=0o755)
    with Supervisor(logs=folder / "logs") as supervisor:
        yield start_console(supervisor, folder)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Return a browser without a window."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_visitor(console: Console, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a browser of one's own; no page of it may have complained."""
    visitors: list[Visitor] = []

    def make(*, javascript: bool = True) -> Visitor:
        context = chromium.new_context(
            base_url=console.site,
            java_script_enabled=javascript,
            viewport={"width": 1280, "height": 900},
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(PATIENCE)
        visitors.append(Visitor(context.new_page(), console))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.page.context.close()
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def visitor(new_visitor: Callable[..., Visitor]) -> Visitor:
    """Return somebody who has never been here."""
    return new_visitor()
