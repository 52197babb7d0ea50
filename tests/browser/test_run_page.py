"""The page of a run that has faults on purpose, arrivals and a verdict, as its owner sees it."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import steps
from tests.browser.console import Console
from tests.browser.visitor import Visitor

MOCKS, SECONDS = 20, 60  # so long that a fault can be put in on a slow machine too
ENDED_WITHIN = (SECONDS + 120) * 1_000  # ms
OPTIONS = f"""\
thresholds: [latency p99 < 5s, failed < 90%]
faults:
  - {{fault: loss, name: tunnel, at: 3s, for: 6s, aim: {{share: 50%}}}}
  - {{fault: drop, at: 5s, aim: {{index: [0, 4]}}}}
  - {{fault: latency, name: satellite link, at: 6s, for: {SECONDS}s, sent: 100ms, received: 100ms}}
"""
WAY_BACK = 'way_back: {kind: subscription, filter: "#", within: 3s}\n'

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


def test_faults_and_arrivals_are_seen_while_a_run_goes_on_and_after(
    visitor: Visitor, console: Console
) -> None:
    make_everything(visitor, console)
    steps.start(visitor)
    put_in_by_hand(visitor)
    see_faults(visitor)
    visitor.look("run-live")
    expect(visitor.page.get_by_text("Finished", exact=True)).to_be_visible(timeout=ENDED_WITHIN)

    see_faults(visitor)
    visitor.page.reload()
    see_faults(visitor)
    point_at_the_chart(visitor)
    look_closer(visitor)
    arrivals = visitor.page.get_by_role("region", name="Arrivals")
    expect(arrivals.get_by_text("written, and not seen in time")).to_be_visible()
    visitor.look("run-ended")


def make_everything(visitor: Visitor, console: Console) -> None:
    """Define a sensor, a target with a way back, and a lot with faults."""
    steps.sign_up(visitor, name="Rosa")
    sample = '{"temperature": 21.5, "humidity": 40}'
    steps.begin_definition(
        visitor, name="Faulty sensor", starter="A payload or a file", sample=sample
    )
    steps.make_target(visitor, name="Watched broker", port=console.mqtt_port)
    visitor.page.get_by_role("link", name="Edit", exact=True).click()
    steps.write_words(visitor, "id_options", WAY_BACK)
    visitor.press("Save")
    visitor.look("target-watched")
    steps.make_lot(
        visitor,
        name="Faulty sensors",
        definition="Faulty sensor",
        mocks=MOCKS,
        target="Watched broker",
        duration=f"{SECONDS} s",
    )
    visitor.page.get_by_role("link", name="Edit", exact=True).click()
    visitor.fill("Messages/s each", "1")
    steps.write_words(visitor, "id_options", OPTIONS)
    visitor.look("lot-form-faults")
    visitor.press("Save")
    expect(visitor.page.get_by_role("heading", level=1, name="Faulty sensors")).to_be_visible()


def table_of_faults(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Faults on purpose")


def put_in_by_hand(visitor: Visitor) -> None:
    """Let another fault begin while the run goes on."""
    link = visitor.page.get_by_role("link", name="Faults", exact=True)
    link.click()
    steps.write_words(visitor, "id_faults", "faults: [{fault: silence, name: mute, for: 3s}]")
    visitor.look("faults-by-hand")
    visitor.press("Begin")
    expect(visitor.page.get_by_text("In 2 s: mute.")).to_be_visible()
    visitor.page.get_by_role("link", name="Faulty sensors").click()


def see_faults(visitor: Visitor) -> None:
    """The table names each with whom it met, and who asked for the one by hand."""
    rows = table_of_faults(visitor).get_by_role("row")

    def row(title: str) -> Locator:
        head = visitor.page.get_by_role("rowheader", name=title, exact=True)
        return rows.filter(has=head)

    tunnel = row("tunnel")
    expect(tunnel.get_by_role("cell", name="10", exact=True)).to_be_visible()
    expect(tunnel.get_by_role("cell", name="share: 50%")).to_be_visible()
    expect(row("mute").get_by_role("cell", name="Rosa")).to_be_visible()
    expect(row("drop")).to_contain_text("a moment")


def point_at_the_chart(visitor: Visitor) -> None:
    """A fault is named where the pointer is."""
    chart = visitor.page.locator("[data-chart=rate] .u-over")
    box = chart.bounding_box()
    assert box
    names = visitor.page.locator("[data-chart=rate] .fault-tip")
    chart.hover(position={"x": box["width"] * 0.6, "y": box["height"] / 2})
    expect(names).to_contain_text("satellite link (latency), 20 mocks")


def look_closer(visitor: Visitor) -> None:
    """A part of the chart is dragged over, and the whole is shown again."""
    chart = visitor.page.locator("[data-chart=rate] .u-over")
    box = chart.bounding_box()
    assert box
    whole = visitor.page.get_by_role("button", name="Show the whole run")
    expect(whole).to_be_hidden()
    mouse = visitor.page.mouse
    mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 40)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 40, steps=4)
    with visitor.page.expect_response(re.compile(r"series\.json\?from=\d+&to=\d+$")) as answer:
        mouse.up()
    points = answer.value.json()
    assert points["step"] == 1
    assert 0 < len(points["t"]) < SECONDS
    whole.click()
    expect(whole).to_be_hidden()
