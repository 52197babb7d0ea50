"""The log of a live run: one mock watched, the whole searched, a part of it downloaded."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.console import Console
from tests.browser.visitor import Visitor

MOCKS, SECONDS = 20, 900  # longer than the slowest machine looks at it; it is stopped by hand

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


def test_a_log_is_watched_searched_and_downloaded(visitor: Visitor, console: Console) -> None:
    begin(visitor, console)
    run = visitor.page.url
    watch(visitor)
    steps.stop(visitor, run)

    search(visitor)
    download(visitor)
    keep(visitor)


def begin(visitor: Visitor, console: Console) -> None:
    """Start a run of a sensor of which some sends are dropped on purpose."""
    steps.sign_up(visitor, name="Lena")
    sample = '{"temperature": 21.5, "humidity": 40}'
    steps.begin_definition(visitor, name="Sensor", starter="A payload or a file", sample=sample)
    steps.make_target(visitor, name="Broker", port=console.mqtt_port)
    steps.make_lot(
        visitor,
        name="Logged sensors",
        definition="Sensor",
        mocks=MOCKS,
        target="Broker",
        duration=f"{SECONDS} s",
    )
    visitor.page.get_by_role("link", name="Edit", exact=True).click()
    visitor.fill("Messages/s each", "1")
    visitor.press("Save")
    steps.start(visitor)


def watch(visitor: Visitor) -> None:
    """Look at mock 3 live, pause, go on."""
    page = visitor.page
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_role("link", name="Watch live").click()
    expect(page.get_by_text("Name mocks, or a failure reason, to watch.")).to_be_visible()
    visitor.fill("Mocks", "3")
    visitor.press("Watch")
    records = page.locator("log-tail .record")
    expect(records.nth(2)).to_be_visible()
    expect(records.first).to_contain_text("mock 3")
    visitor.look("log-live")
    visitor.press("Pause")
    seen = records.count()
    page.get_by_placeholder("Words in a record").fill("nobody sends this")
    expect(records.first).to_be_hidden()
    page.get_by_placeholder("Words in a record").fill("")
    visitor.press("Resume")
    expect(records.nth(seen)).to_be_attached()


def search(visitor: Visitor) -> None:
    """Search the log of the run that has ended, by hand and by keys."""
    page = visitor.page
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.locator(".record")).to_have_count(50)
    visitor.look("log-run")
    page.keyboard.press("j")
    expect(page.locator(".record").first).to_be_focused()
    visitor.press_key("n")
    expect(page.get_by_role("link", name="Newest")).to_be_visible()
    page.keyboard.press("/")
    expect(visitor.field("Mocks")).to_be_focused()
    visitor.fill("Mocks", "3, 5-6")
    visitor.field("What").select_option("Sent")
    page.get_by_text("Time, message, status, payload").click()
    visitor.fill("Text in the payload", "temperature")
    visitor.look("log-form")
    visitor.press("Search")
    expect(page.locator(".record").first).to_contain_text(re.compile("mock [356]"))
    visitor.fill("Text in the payload", "nobody sends this")
    visitor.press("Search")
    expect(page.get_by_text("The log holds no such record.")).to_be_visible()
    visitor.fill("Text in the payload", "")
    visitor.press("Search")


def download(visitor: Visitor) -> None:
    """Take what was searched along as JSON Lines."""
    page = visitor.page
    page.get_by_role("link", name="Download", exact=True).click()
    expect(page.get_by_text("3, 5, 6")).to_be_visible()
    visitor.field("Format").select_option("JSON Lines")
    visitor.look("log-download")
    visitor.press("Make the file")
    link = page.get_by_role("link", name="Download", exact=True)
    expect(link).to_be_visible()
    visitor.look("log-downloaded")
    answer = page.request.get(link.get_attribute("href") or "")
    found = [re.search(r'"mock":(\d+),', line) for line in answer.text().splitlines()]
    assert {mock and mock[1] for mock in found} == {"3", "5", "6"}


def keep(visitor: Visitor) -> None:
    """Hold the run, and decide how long logs are kept."""
    page = visitor.page
    page.get_by_role("link", name=re.compile("^run of")).click()
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_role("link", name="Hold", exact=True).click()
    visitor.fill("Why", "Case 7")
    visitor.press("Hold this run")
    expect(page.get_by_role("link", name="End the hold…")).to_be_visible()
    visitor.look("log-hold")
    page.goto(re.sub("/logs/.*", "/settings/", page.url))
    page.get_by_role("link", name="How long logs are kept").click()
    visitor.fill("Days", "30")
    visitor.press("Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("Held runs")).to_be_visible()
    visitor.look("log-retention")
