"""Control of a run that goes on: paused and resumed by a key, ordered by forms, aborted."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.console import Console
from tests.browser.visitor import Visitor

MOCKS = 40
GROWN = 64  # that it is given while it runs

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


def test_a_run_is_paused_resumed_ordered_and_aborted(visitor: Visitor, console: Console) -> None:
    begin_run(visitor, console)
    page = visitor.page
    run = page.url

    visitor.press_key("p")
    expect(page.locator("#run-pulse .badge", has_text="paused")).to_be_visible()
    order_on(page, "pause")
    visitor.look("control-paused")
    visitor.press_key("p")
    expect(page.locator("#run-pause")).to_be_visible()

    page.get_by_role("link", name="Control", exact=True).click()
    give(visitor, "Times the definition's own", "3", "Set the rate", "rate × 3")
    give(visitor, "Mocks that are on", "30", "Set the count", "30 mocks on")
    give(visitor, "Mocks that are on", str(GROWN), "Set the count", f"{GROWN} mocks on")
    visitor.fill("Times the definition's own", "1000")
    visitor.press("Set the rate")
    expect(page.get_by_role("alert")).to_contain_text("100")
    visitor.look("control-refused")

    page.goto(run)
    order_on(page, "30 mocks on")
    grown = page.locator("#run-orders").get_by_role("row").filter(has_text=f"{GROWN} mocks on")
    expect(grown.get_by_role("cell", name=str(GROWN), exact=True)).to_be_visible()
    connected = page.locator(".stat").filter(has=page.get_by_text("Connected", exact=True))
    expect(connected.get_by_role("definition").first).to_have_text(str(GROWN))
    page.goto(page.locator("#run-mocks tbody a").first.get_attribute("href") or "")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("In 2 s: send")).to_be_visible()
    visitor.look("control-mock")

    page.goto(run)
    visitor.look("control-run")
    page.get_by_role("link", name="Control", exact=True).click()
    page.get_by_role("link", name="Abort", exact=True).click()
    page.get_by_role("button", name="Abort", exact=True).click()
    expect(page.locator("#run-pulse .badge", has_text="Stopped")).to_be_visible()
    order_on(page, "abort")


def order_on(page: Page, title: str) -> None:
    """Wait until the run's page shows an order."""
    expect(page.locator("#run-orders").get_by_role("rowheader", name=title)).to_be_visible()


def give(visitor: Visitor, label: str, value: str, button: str, title: str) -> None:
    """Fill one form of the page of control, and see what it became."""
    visitor.fill(label, value)
    visitor.press(button)
    expect(visitor.page.get_by_role("rowheader", name=title, exact=True)).to_be_visible()


def begin_run(visitor: Visitor, console: Console) -> None:
    """Start a few mocks, and wait until they send."""
    steps.sign_up(visitor, name="Conny")
    sample = '{"temperature": 21.5, "humidity": 40}'
    steps.begin_definition(
        visitor, name="Control sensor", starter="A payload or a file", sample=sample
    )
    steps.make_target(visitor, name="Control broker", port=console.mqtt_port)
    steps.make_lot(
        visitor,
        name="Controlled sensors",
        definition="Control sensor",
        mocks=MOCKS,
        target="Control broker",
        duration="15 min",
    )
    steps.start(visitor)
    expect(visitor.page.locator("#run-pulse .badge", has_text="Running")).to_be_visible()
