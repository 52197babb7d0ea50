"""The map of a run: vans that drive, found with mouse and keys, selected, ordered about."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import steps
from tests.browser.console import Console
from tests.browser.visitor import Visitor

MOCKS, SECONDS = 60, 900  # longer than the slowest machine looks at it

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


def test_a_map_shows_where_mocks_are_and_selects_some(visitor: Visitor, console: Console) -> None:
    begin_run(visitor, console)
    visitor.page.get_by_role("link", name="Map", exact=True).click()
    expect(legend(visitor, "driving")).to_be_visible()
    expect(visitor.page.get_by_text("No mock has told its position yet.")).to_be_hidden()
    expect(visitor.page.get_by_text(re.compile("of 60 mocks (has|have) a position"))).to_be_hidden()

    walk_with_keys(visitor)
    visitor.look("map-live")
    move_on(visitor)
    select_by_drag(visitor)
    visitor.look("map-selected")
    force_a_status(visitor)

    see_messages_and_statuses(visitor)
    stop_and_look_again(visitor)


def begin_run(visitor: Visitor, console: Console) -> None:
    """Start some vans."""
    steps.sign_up(visitor, name="Mara")
    steps.begin_definition(visitor, name="Delivery van", starter="Delivery van")
    steps.make_target(visitor, name="Van broker", port=console.mqtt_port)
    steps.make_lot(
        visitor,
        name="Vans",
        definition="Delivery van",
        mocks=MOCKS,
        target="Van broker",
        duration=f"{SECONDS} s",
    )
    steps.start(visitor)


def legend(visitor: Visitor, label: str) -> Locator:
    keys = visitor.page.get_by_role("list", name="Legend").get_by_role("button")
    return keys.filter(has_text=label)


def ground(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("application", name=f"Map of {MOCKS} mocks")


def picked(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Selected mocks")


def walk_with_keys(visitor: Visitor) -> None:
    """Mocks are told one by one, by number and by direction, and selected with Space."""
    tip = visitor.page.locator("[data-tip]")
    ground(visitor).focus()
    for key, number in (("Home", 0), ("PageDown", 1), ("End", MOCKS - 1)):
        visitor.page.keyboard.press(key)
        expect(tip).to_contain_text(f"Mock {number}")
    expect(tip).to_contain_text("connected")
    expect(tip).to_contain_text(re.compile(r"47\.3\d{4}, 8\.\d{5}"))
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        visitor.page.keyboard.press(key)
    visitor.page.keyboard.press("Space")
    expect(picked(visitor)).to_contain_text("1 mock selected")
    visitor.page.keyboard.press("Escape")
    expect(picked(visitor)).to_be_hidden()


def move_on(visitor: Visitor) -> None:
    """A van is somewhere else after a while."""
    ground(visitor).focus()
    visitor.page.keyboard.press("Home")
    tip = visitor.page.locator("[data-tip]")
    place = re.search(r"47\.\d{5}, 8\.\d{5}", tip.inner_text())
    assert place
    expect(tip).not_to_contain_text(place[0])


def select_by_drag(visitor: Visitor) -> None:
    """All that a rectangle holds become a list; the map stays where it is."""
    visitor.press("Show all")  # some may have left the part that keys led to
    box = ground(visitor).bounding_box()
    assert box
    mouse, keyboard = visitor.page.mouse, visitor.page.keyboard
    keyboard.down("Shift")
    mouse.move(box["x"] + 3, box["y"] + 3)
    mouse.down()
    mouse.move(box["x"] + box["width"] - 6, box["y"] + box["height"] - 6, steps=3)
    mouse.up()
    keyboard.up("Shift")
    expect(picked(visitor)).to_contain_text(f"{MOCKS} mocks selected")
    expect(picked(visitor).get_by_role("row").nth(1)).to_contain_text("van-000")


def force_a_status(visitor: Visitor) -> None:
    """Who is selected is ordered to stand, and the map is there again."""
    picked(visitor).get_by_label("Status").select_option(label="standing")
    picked(visitor).get_by_role("button", name="Force").click()
    expect(visitor.page.get_by_text(re.compile("^In . s: "))).to_be_visible()
    expect(visitor.page).to_have_url(re.compile(r"/map/$"))
    expect(legend(visitor, "standing")).to_contain_text(str(MOCKS))


def see_messages_and_statuses(visitor: Visitor) -> None:
    """The run's page tells each message and each status apart, in tables and charts."""
    visitor.page.get_by_role("link", name=re.compile("Vans$")).first.click()
    messages = visitor.page.get_by_role("region", name="Messages")
    for name in ("position", "health"):
        expect(messages.get_by_role("rowheader", name=name)).to_be_visible()
    for chart, line in (("messages", "health"), ("statuses", "standing")):
        legend = visitor.page.locator(f"[data-chart={chart}] .u-legend")
        expect(legend.get_by_text(line)).to_be_visible()
    visitor.look("run-apart")
    visitor.look("run-apart")  # again: charts that were drawn on a desk fit into a hand too


def stop_and_look_again(visitor: Visitor) -> None:
    """After the end the map is as the run left it."""
    visitor.page.get_by_role("link", name="Stop", exact=True).click()
    visitor.press("Stop")
    pulse = visitor.page.locator("#run-pulse")
    expect(pulse.get_by_text("Stopped", exact=True)).to_be_visible()
    visitor.page.get_by_role("link", name="Map", exact=True).click()
    expect(visitor.page.get_by_text("as the run left them")).to_be_visible()
    expect(legend(visitor, "standing")).to_be_visible()
    ground(visitor).focus()
    visitor.page.keyboard.press("Home")
    expect(visitor.page.locator("[data-tip]")).to_contain_text(re.compile(r"47\.3\d{4}, 8\."))
