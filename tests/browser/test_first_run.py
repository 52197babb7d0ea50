"""The whole way of a new user, on the whole real product, in a real browser."""

import csv
import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, expect
from workshop.counting import Subscriber
from workshop.demo import link_in_mail, wait_for

from tests.browser import steps
from tests.browser.visitor import Visitor

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "tests" / "definitions" / "payloads" / "tasmota-sensor.json"
WEATHER = ROOT / "web" / "platform" / "demo" / "seattle-weather-hourly.csv"
EMAIL = "nadia@example.org"
MOCKS, SECONDS = 20, 40  # so long that all are seen to send on a slow machine too

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


def test_a_new_user_gets_from_a_payload_to_a_report_that_agrees_with_what_arrived(visitor, console):
    subscriber = Subscriber(console.mqtt_port, topic="greenhouse/#", name="browser-counter")
    sign_up_and_see_what_to_do(visitor)
    define_from_a_sample(visitor)
    see_a_mistake_at_its_line(visitor)
    steps.upload(visitor, WEATHER)
    see_the_dataset(visitor)
    send_each_second(visitor)
    steps.make_target(visitor, name="Test broker", port=console.mqtt_port)
    steps.make_lot(
        visitor,
        name="Twenty sensors",
        definition="Greenhouse sensor",
        mocks=MOCKS,
        target="Test broker",
        duration=f"{SECONDS} s",
    )
    visitor.look("lot")
    steps.start(visitor)
    watch_it_finish(visitor)
    read_the_log_of_one(visitor)
    lines = take_the_report(visitor)
    subscriber.close()

    reported = [(line["id"], int(line["sequence"])) for line in lines]
    assert len(reported) == len(set(reported)) > MOCKS
    assert set(reported) == subscriber.tally.pairs()
    assert subscriber.tally.duplicates == subscriber.tally.unreadable == 0


def sign_up_and_see_what_to_do(visitor: Visitor) -> None:
    """An empty workspace says what comes first."""
    visitor.page.goto("/")
    visitor.look("landing")
    visitor.page.get_by_role("link", name="Make an account").click()
    visitor.look("sign-up")
    steps.sign_up(visitor, name="Nadia", email=EMAIL)
    todo = visitor.page.get_by_role("listitem").filter(has_text="Define a device")
    expect(todo.get_by_role("link", name="Definitions")).to_be_visible()
    visitor.look("home-new")


def define_from_a_sample(visitor: Visitor) -> None:
    """One message of a real device becomes a definition, with a live preview beside it."""
    steps.begin_definition(
        visitor, name="Greenhouse sensor", starter="A payload or a file", sample=SAMPLE.read_text()
    )
    page = visitor.page
    expect(
        page.get_by_role("heading", name=re.compile("First .+ messages of three mocks"))
    ).to_be_visible()
    expect(page.get_by_text('"TempUnit": "C"').first).to_be_visible()
    expect(page.locator("metric-chart canvas").first).to_be_visible()
    expect(page.locator("metric-chart")).to_have_count(3)
    visitor.look("editor")


def see_a_mistake_at_its_line(visitor: Visitor) -> None:
    """An unknown word is named with its line while typing; saving it changes nothing."""
    page = visitor.page
    steps.rewrite_line(visitor, "name:", "name: Greenhouse sensor", "colour: green")
    problem = page.get_by_role("listitem").filter(has_text="colour")
    expect(problem).to_contain_text("unknown word")
    expect(problem.get_by_role("button", name="line 3")).to_be_visible()
    expect(page.locator(".cm-lint-marker-error")).to_be_visible()
    visitor.look("editor-problem")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("It is not saved.")).to_be_visible()
    expect(page.get_by_text("Version 1, edited")).to_be_visible()
    expect(problem).to_contain_text("unknown word")
    steps.rewrite_line(visitor, "colour:")
    expect(problem).to_be_hidden()


def see_the_dataset(visitor: Visitor) -> None:
    """The page of a file tells what is in it."""
    page = visitor.page
    facts = page.get_by_role("region", name="File", exact=True)
    expect(facts).to_contain_text("8,759")
    columns = page.get_by_role("region", name="Columns")
    for name in ("date", "pressure", "temperature", "wind"):
        expect(columns.get_by_role("rowheader", name=name)).to_be_visible()
    visitor.look("dataset")


def send_each_second(visitor: Visitor) -> None:
    """The mended definition replays the file, numbers its messages, and has its own topic."""
    visitor.go("Definitions")
    visitor.page.get_by_role("link", name="Greenhouse sensor").click()
    replay = "{dataset: seattle-weather-hourly.csv, column: temperature, speed: 600}"
    steps.rewrite_line(visitor, "temperature:", f"temperature: {{replay: {replay}}}")
    steps.rewrite_line(visitor, "every:", "every: 1s", "qos: 1")
    steps.rewrite_line(visitor, "topic:", 'topic: "greenhouse/{id}"')
    steps.rewrite_line(visitor, "TempUnit:", "TempUnit: C", 'id: "{id}"', 'seq: "{seq}"')
    expect(visitor.page.get_by_text("greenhouse/mock-0000").first).to_be_visible()
    expect(visitor.page.locator("[data-problem]")).to_have_count(0)
    visitor.look("editor-replay")
    steps.editor(visitor).click()
    steps.save_with_keys(visitor, version=2)


def watch_it_finish(visitor: Visitor) -> None:
    """The page of a run follows it to its end without being loaded again."""
    page = visitor.page
    page.evaluate("document.body.dataset.loaded = 'once'")
    pulse = page.locator("#run-pulse")
    expect(pulse).to_contain_text("Running")
    expect(figure(visitor, "Connected")).to_have_text(str(MOCKS))
    expect(figure(visitor, "Sending")).to_have_text(str(MOCKS))
    expect(page.locator("[data-chart=rate] canvas")).to_be_visible()
    visitor.look("run-live")
    expect(pulse).to_contain_text("Finished", timeout=(SECONDS + 120) * 1000)
    expect(page.locator("body")).to_have_attribute("data-loaded", "once")
    expect(figure(visitor, "Failed sends")).to_have_text("0")
    expect(page.locator("#run-breakdown")).to_contain_text("Nothing has failed.")
    status = page.locator("#run-breakdown").get_by_role("row").filter(has_text="running")
    expect(status).to_contain_text(str(MOCKS))
    expect(page.locator("#run-mocks").get_by_role("rowheader")).to_have_count(MOCKS)
    visitor.look("run-finished")


def figure(visitor: Visitor, name: str) -> Locator:
    """Return the figure under ``name`` at the top of the run's page."""
    stat = visitor.page.locator(".stat").filter(has=visitor.page.get_by_text(name, exact=True))
    return stat.get_by_role("definition").first


def read_the_log_of_one(visitor: Visitor) -> None:
    """The log of a mock has each payload."""
    page = visitor.page
    page.get_by_role("link", name="mock-0007").click()
    expect(page.get_by_role("heading", level=1, name="mock-0007")).to_be_visible()
    newest = page.get_by_role("listitem").filter(has_text="greenhouse/mock-0007").first
    expect(newest).to_contain_text('"AM2301"')
    expect(newest).to_contain_text("Acknowledged")
    visitor.look("mock-log")
    page.get_by_role("navigation", name="Where you are").get_by_role("link").click()


def take_the_report(visitor: Visitor) -> list[dict[str, str]]:
    """Ask for the CSV, wait for its mail, and follow the link as whoever has it can."""
    run_code = visitor.page.url.rstrip("/").rpartition("/")[2]
    visitor.press("Ask for the CSV report")
    expect(visitor.page.get_by_text(f"The link was mailed to {EMAIL}")).to_be_visible()
    visitor.look("report")
    mail, supervisor = visitor.console.mail, visitor.console.supervisor
    link = wait_for(lambda: link_in_mail(mail, run_code), "the report's mail", supervisor)
    with visitor.page.expect_download() as download, suppress(Error):  # a download is no page
        visitor.page.goto(link)
    text = Path(download.value.path()).read_text(encoding="utf-8")
    visitor.go("Reports")
    visitor.look("reports")
    return list(csv.DictReader(text.splitlines()))
