"""A run of two thousand mocks in somebody's hands: forced, watched, paused, resumed, stopped."""

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, expect
from workshop.counting import Subscriber

from tests.browser import steps
from tests.browser.console import Console
from tests.browser.visitor import Visitor

MOCKS = 2_000
FORCED = MOCKS // 10
UNLUCKY = range(20)  # of what these mocks send most is lost on purpose
OPTIONS = f"""\
faults:
  - {{fault: loss, name: tunnel, share: 80%, aim: {{index: [0, {UNLUCKY[-1]}]}}}}
"""
WHY = "fault: tunnel"

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


@pytest.fixture
def arrivals(console: Console) -> Iterator[Subscriber]:
    subscriber = Subscriber(console.mqtt_port, topic="freezers/#", name="whole-run-counter")
    yield subscriber
    subscriber.close()


def test_a_run_obeys_and_its_failures_alone_are_downloaded(
    visitor: Visitor, console: Console, arrivals: Subscriber
) -> None:
    begin_run(visitor, console)
    run = visitor.page.url
    see_the_wall(visitor, {"running": MOCKS}, name="wall-all")

    visitor.page.goto(run)
    force_a_tenth(visitor)
    see_the_wall(visitor, {"running": MOCKS - FORCED, "defrost": FORCED}, name="wall-forced")
    visitor.page.goto(run)
    watch_one_that_was_forced(visitor)
    visitor.page.goto(run)
    pause_and_resume(visitor)
    stop(visitor)

    failed = int(figure(visitor, "Failed sends").inner_text().replace(",", ""))
    lines = take_the_failures(visitor)
    assert len(lines) == failed > 0
    assert {(line["event"], line["result"], line["reason"]) for line in lines} == {
        ("send", "failed", WHY)
    }
    assert {line["id"] for line in lines} <= {f"fr-{number:04d}" for number in UNLUCKY}
    lost = {(line["id"], int(line["sequence"])) for line in lines}
    assert lost.isdisjoint(arrivals.tally.pairs())


def begin_run(visitor: Visitor, console: Console) -> None:
    """Start freezers of which some stand where most of what they send is lost."""
    steps.sign_up(visitor, name="Frida")
    steps.begin_definition(visitor, name="Freezer", starter="Freezer")
    steps.make_target(visitor, name="Cold broker", port=console.mqtt_port)
    steps.make_lot(
        visitor,
        name="Freezers",
        definition="Freezer",
        mocks=MOCKS,
        target="Cold broker",
        duration="30 min",
    )
    visitor.page.get_by_role("link", name="Edit", exact=True).click()
    steps.write_words(visitor, "id_options", OPTIONS)
    visitor.press("Save")
    steps.start(visitor)


def figure(visitor: Visitor, name: str) -> Locator:
    """Return the figure under ``name`` at the top of the run's page."""
    stat = visitor.page.locator(".stat").filter(has=visitor.page.get_by_text(name, exact=True))
    return stat.get_by_role("definition").first


def see_the_wall(visitor: Visitor, statuses: dict[str, int], *, name: str) -> None:
    """Look at the wall, reached from the run or its control, until it counts what is expected."""
    visitor.page.get_by_role("link", name="Wall", exact=True).click()
    keys = visitor.page.get_by_role("list", name="Legend").get_by_role("button")
    for status, count in statuses.items():
        key = keys.filter(has_text=re.compile(rf"^\s*{status}\s*[\d,]+$"))
        expect(key.locator(".wall-count")).to_have_text(f"{count:,}")
    visitor.look(name)


def force_a_tenth(visitor: Visitor) -> None:
    """Say who is to go where; ends once the page of control tells how many went."""
    visitor.page.get_by_role("link", name="Control", exact=True).click()
    form = visitor.page.get_by_role("region", name="Force a status")
    form.get_by_label("Status", exact=True).select_option("defrost")
    form.get_by_label("Share").fill("10%")
    visitor.look("control-form")
    visitor.press("Force")
    told = "In 2 s: status defrost for 10% of the mocks."
    expect(visitor.page.get_by_text(told)).to_be_visible()
    order = visitor.page.get_by_role("row").filter(has_text="10% of the mocks")
    expect(order).to_contain_text("Frida")
    expect(order.get_by_role("cell", name=str(FORCED), exact=True)).to_be_visible()
    visitor.look("control-forced")


def watch_one_that_was_forced(visitor: Visitor) -> None:
    """Find a mock by its new status, and see what it sends as it sends it."""
    page = visitor.page
    visitor.field("Status").select_option("defrost")
    expect(page.locator("#run-mocks")).to_contain_text(f"{FORCED} mocks")
    visitor.look("run-defrost")
    mock = page.locator("#run-mocks").get_by_role("link", name=re.compile("^fr-")).first
    identity, address = mock.inner_text(), mock.get_attribute("href")
    page.goto(address or "")  # the table comes anew every 2 s: a click may come too late for a row
    expect(page.get_by_role("heading", level=1, name=identity)).to_be_visible()
    visitor.look("mock-forced")
    page.get_by_role("link", name="Watch live").click()
    records = page.locator("log-tail .record")
    expect(records.nth(2)).to_be_visible()
    expect(records.first).to_contain_text(f"freezers/{identity}/defrosting")
    visitor.look("tail-forced")


def pause_and_resume(visitor: Visitor) -> None:
    """Nothing is sent while the run is paused, and it goes on afterwards."""
    pulse, rate = visitor.page.locator("#run-pulse"), visitor.page.locator(".stat-note")
    visitor.press("Pause")
    expect(pulse.get_by_text("paused", exact=True)).to_be_visible()
    expect(rate.get_by_text(re.compile("^paused since "))).to_be_visible()
    expect(figure(visitor, "Sending")).to_have_text("0")
    expect(figure(visitor, "Connected")).to_have_text(f"{MOCKS:,}")
    visitor.look("run-paused")
    visitor.press("Resume")
    expect(pulse.get_by_text("paused", exact=True)).to_be_hidden()
    expect(rate.get_by_text(re.compile(r"^[1-9][\d,.]* messages/s$"))).to_be_visible()


def stop(visitor: Visitor) -> None:
    """End the run in order; its page names who did, and what was ordered before."""
    visitor.page.get_by_role("link", name="Stop", exact=True).click()
    visitor.look("stop")
    visitor.press("Stop")
    pulse = visitor.page.locator("#run-pulse")
    expect(pulse.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(pulse).to_contain_text("stopped it.")
    orders = visitor.page.get_by_role("region", name="Orders")
    expect(orders.get_by_role("rowheader")).to_have_count(4)  # status, pause, resume, stop
    visitor.look("run-stopped")


def take_the_failures(visitor: Visitor) -> list[dict[str, str]]:
    """Search the log for what failed, and take that along as CSV."""
    page = visitor.page
    page.get_by_role("link", name="Log", exact=True).click()
    visitor.field("What").select_option("Failed")
    visitor.press("Search")
    expect(page.locator(".record").first).to_contain_text(WHY)
    visitor.look("log-failures")
    page.get_by_role("link", name="Download", exact=True).click()
    visitor.look("download-failures")
    visitor.press("Make the file")
    link = page.get_by_role("link", name="Download", exact=True)
    expect(link).to_be_visible()
    visitor.look("downloaded-failures")
    with page.expect_download() as download, suppress(Error):  # a download is no page
        link.click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
