"""From a payload to a device whose values are drawn by hand, and back to how it was."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import steps
from tests.browser.visitor import Visitor

PAYLOAD = '{"id": "pump-7", "power": 812.5, "lat": 47.3769, "lon": 8.5417, "seq": 41}'
RECORDING = "time,level\n" + "".join(
    f"2026-01-01T{hour:02d}:00:00Z,{10 + hour % 7}\n" for hour in range(24)
)
CURVE = "  power: {unit: W, curve: {points: [[0, 10], [0.5, 50]], period: 24h, origin: clock}}"
ROUTE = "  way: {route: {points: [[47.37, 8.54], [47.40, 8.60]], speed: 40 km/h}}"

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


def line(visitor: Visitor, text: str | re.Pattern[str]) -> Locator:
    """Return the lines of the document that hold a text."""
    return steps.editor(visitor).locator(".cm-line", has_text=text)


def unfold(visitor: Visitor, metric: str) -> None:
    form = visitor.page.locator("definition-forms")
    form.get_by_role("tab", name=re.compile("^Metrics")).click()
    row = form.get_by_role("button", name=re.compile(f"^{metric}")).first
    if row.get_attribute("aria-expanded") == "false":  # it follows the caret of the document
        row.click()


def add_metric(visitor: Visitor, text: str) -> None:
    """Put a line under ``metrics:`` of the document."""
    line(visitor, re.compile("^metrics:")).click()
    visitor.page.keyboard.press("End")
    visitor.page.keyboard.insert_text(f"\n{text}")


def test_a_pasted_payload_gets_a_drawn_curve_and_route_and_is_restored(visitor):
    page = visitor.page
    steps.sign_up(visitor, name="Ada")
    see_what_a_recording_makes(visitor)
    steps.begin_definition(visitor, name="Pump", starter="A payload or a file", sample=PAYLOAD)
    expect(page.get_by_role("tab", name="Device")).to_be_visible()
    steps.rewrite_line(visitor, "power: {unit", CURVE.strip())
    draw_a_curve(visitor)
    add_metric(visitor, ROUTE)
    draw_a_route(visitor)
    steps.save_with_keys(visitor, version=2)

    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_role("link", name="What version 2 changed")).to_be_visible()
    visitor.look("versions")
    page.get_by_role("link", name="What version 2 changed").click()
    expect(page.locator("[data-line=new]", has_text="curve")).to_be_visible()
    expect(page.locator("[data-line=gone]", has_text="power")).to_be_visible()
    visitor.look("compare")
    page.get_by_role("link", name="Restore version 1").click()
    expect(page.get_by_role("heading", name="Bring this version back?")).to_be_visible()
    visitor.look("restore")
    visitor.press("Restore it")
    expect(page.get_by_text("To undo this, restore version 2.")).to_be_visible()
    page.get_by_role("link", name="Pump").click()
    expect(line(visitor, "curve:")).to_have_count(0)
    expect(page.get_by_text("Version 3, edited")).to_be_visible()
    page.get_by_role("link", name="Next 24 h").click()
    expect(page.locator("metric-chart canvas").first).to_be_visible()
    visitor.look("outlook")


def see_what_a_recording_makes(visitor: Visitor) -> None:
    """A recording is shown beside its simulation before anything is made of it."""
    page = visitor.page
    visitor.go("Definitions")
    page.get_by_role("link", name="New definition").click()
    page.get_by_label("Search the ready devices").fill("meter")
    expect(page.get_by_role("radio", name="Smart meter")).to_be_visible()
    expect(page.get_by_role("radio", name="Parking bay")).to_be_hidden()
    page.get_by_role("radio", name="A payload or a file").check()
    visitor.fill("Payloads, a schema or a recording", "level")
    visitor.press("Show what it makes")
    expect(page.get_by_role("alert")).to_contain_text("not JSON")
    visitor.fill("Payloads, a schema or a recording", RECORDING)
    visitor.press("Show what it makes")
    expect(page.get_by_role("img", name=re.compile("^level: mean"))).to_be_visible()
    page.get_by_label("Search the ready devices").fill("")
    visitor.look("beginnings")


def draw_a_curve(visitor: Visitor) -> None:
    """A stroke across the plot stands in the document as points, and is one step to undo."""
    page = visitor.page
    unfold(visitor, "power")
    plot = page.locator("curve-editor svg")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    left, width = box["x"] + 60, box["width"] - 90
    page.mouse.move(left, box["y"] + 180)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(left + width * step / 30, box["y"] + (60 if 10 < step < 20 else 180))
    page.mouse.up()
    drawn = page.locator("curve-editor [data-point]")
    expect(drawn).not_to_have_count(2)
    expect(line(visitor, re.compile(r"curve: \{points: (\[\[.*\]\]){1}"))).to_be_visible()
    points = drawn.count()
    assert 5 < points <= 60
    drawn.nth(2).click()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    expect(drawn).to_have_count(points - 1)
    page.keyboard.press("Control+z")
    expect(drawn).to_have_count(points)
    visitor.look("curve")


def draw_a_route(visitor: Visitor) -> None:
    """Clicks on the map are points of the route; keys move them, take them out, mark stops."""
    page = visitor.page
    unfold(visitor, "way")
    editor = page.locator("route-editor")
    points = editor.locator("[data-point]")
    expect(points).to_have_count(2)
    ground = editor.locator(".map")
    ground.scroll_into_view_if_needed()
    box = ground.bounding_box()
    assert box
    for share in (0.3, 0.6):
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] - 60)
    expect(points).to_have_count(4)
    expect(editor.locator("output")).to_contain_text("4 points")
    page.keyboard.press("s")
    expect(line(visitor, re.compile(r"stops: \[\{at: \["))).to_be_visible()
    page.keyboard.press("Delete")
    expect(points).to_have_count(3)
    expect(line(visitor, "stops:")).to_have_count(0)
    editor.get_by_label("Latitude, longitude").fill("47.5, 8.7")
    editor.get_by_role("button", name="Add as a point").click()
    expect(line(visitor, "[47.5, 8.7]")).to_be_visible()
    editor.get_by_role("button", name="Show all").click()
    visitor.look("route")
