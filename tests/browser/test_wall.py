"""The wall of a run: painted while it goes on, read with mouse and keys, filtered, selected."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import steps
from tests.browser.console import Console
from tests.browser.visitor import Visitor

MOCKS, SECONDS = 400, 900  # longer than the slowest machine looks at it

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


def test_a_wall_shows_every_mock_and_selects_some(visitor: Visitor, console: Console) -> None:
    begin_run(visitor, console)
    run = visitor.page.url
    visitor.page.get_by_role("link", name="Wall", exact=True).click()
    key = legend(visitor, "running")
    expect(key.locator(".wall-count")).to_have_text(str(MOCKS))

    visitor.field("Colour").select_option(label="Connection")
    expect(legend(visitor, "Connected").locator(".wall-count")).to_have_text(str(MOCKS))
    walk_with_keys(visitor)
    visitor.look("wall-live")
    filter_by_id(visitor)
    select_by_drag(visitor)
    visitor.look("wall-selected")
    send_now(visitor)

    open_a_mock(visitor)
    steps.stop(visitor, run)


def begin_run(visitor: Visitor, console: Console) -> None:
    """Start a few hundred mocks."""
    steps.sign_up(visitor, name="Wanda")
    sample = '{"temperature": 21.5, "humidity": 40}'
    steps.begin_definition(
        visitor, name="Wall sensor", starter="A payload or a file", sample=sample
    )
    steps.make_target(visitor, name="Wall broker", port=console.mqtt_port)
    steps.make_lot(
        visitor,
        name="Wall sensors",
        definition="Wall sensor",
        mocks=MOCKS,
        target="Wall broker",
        duration=f"{SECONDS} s",
    )
    steps.start(visitor)


def legend(visitor: Visitor, label: str) -> Locator:
    keys = visitor.page.get_by_role("list", name="Legend").get_by_role("button")
    return keys.filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*[\d,]+$"))


def canvas(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("application", name=f"Wall of {MOCKS} mocks")


def picked(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Selected mocks")


def walk_with_keys(visitor: Visitor) -> None:
    """Mocks are told one by one, and selected with Shift."""
    tip = visitor.page.locator("[data-tip]")
    canvas(visitor).focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        visitor.page.keyboard.press(key)
    expect(tip).to_contain_text("Mock 2")
    expect(tip).to_contain_text("connected")
    visitor.page.keyboard.press("Shift+ArrowRight")
    expect(picked(visitor)).to_contain_text("2 mocks selected")
    visitor.page.keyboard.press("Escape")
    expect(picked(visitor)).to_be_hidden()


def filter_by_id(visitor: Visitor) -> None:
    """What the filter leaves is counted."""
    visitor.fill("Mocks", "10-29")
    expect(visitor.page.get_by_text(f"20 of {MOCKS} mocks")).to_be_visible()
    visitor.fill("Mocks", "")


def select_by_drag(visitor: Visitor) -> None:
    """A rectangle of cells becomes a list."""
    box = canvas(visitor).bounding_box()
    assert box
    mouse = visitor.page.mouse
    mouse.move(box["x"] + 3, box["y"] + 3)
    mouse.down()
    mouse.move(box["x"] + 60, box["y"] + 60, steps=3)
    mouse.up()
    rows = picked(visitor).get_by_role("row")
    expect(rows.nth(1)).to_contain_text("connected")
    expect(picked(visitor).get_by_role("link", name="Log")).to_have_attribute(
        "href", re.compile(r"\?mock=0-\d")
    )


def send_now(visitor: Visitor) -> None:
    """Who is selected is ordered to send, and the wall is there again."""
    picked(visitor).get_by_role("button", name="Send now").click()
    expect(visitor.page.get_by_text(re.compile("^In . s: "))).to_be_visible()
    expect(visitor.page).to_have_url(re.compile(r"/wall/$"))
    expect(legend(visitor, "running")).to_be_visible()


def open_a_mock(visitor: Visitor) -> None:
    """A click leads to the mock's page."""
    canvas(visitor).click(position={"x": 3, "y": 3})
    expect(visitor.page).to_have_url(re.compile(r"/logs/[0-9a-f-]{36}/0/$"))
