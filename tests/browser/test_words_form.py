"""What targets and lots say beside their fields: by the form, in the text, and both the same."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import steps
from tests.browser.visitor import Visitor

WITHIN = 180_000  # ms in which a worker takes a run, whatever else it does

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "chromium", "redis", "s3")


def text_of(visitor: Visitor) -> Locator:
    """Return the text beside the form; it is opened first."""
    details = visitor.page.locator(".words-field details")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    return details.locator("textarea")


def add(visitor: Visitor, word: str) -> None:
    """Press the button that adds a word to the form."""
    visitor.page.locator("words-form").get_by_role("button", name=f"+ {word}", exact=True).click()


def test_options_of_a_target_and_a_lot_are_said_without_a_text(visitor: Visitor) -> None:
    steps.sign_up(visitor, name="Wilma")
    visitor.go("Targets")
    visitor.page.get_by_role("link", name="New target").click()
    visitor.fill("Paste an address", "mqtt://127.0.0.1:1883")
    visitor.press("Fill in")
    visitor.fill("Name", "Broker")

    visitor.page.get_by_role("radio", name="5", exact=True).check()
    add(visitor, "topic aliases")
    form = visitor.page.locator("words-form")
    aliases = form.get_by_label("topic aliases", exact=True)
    aliases.fill("12")
    aliases.press("Tab")
    expect(text_of(visitor)).to_have_value("topic_aliases: 12\n")
    text_of(visitor).fill("# of the lab\ntopic_aliases: 7\n")
    expect(aliases).to_have_value("7")
    visitor.look("target-options")
    visitor.page.get_by_label("Protocol").select_option(label="HTTP")
    expect(form.get_by_role("button", name="+ gzip", exact=True)).to_be_visible()
    visitor.page.get_by_label("Protocol").select_option(label="MQTT")
    visitor.press("Save")

    expect(visitor.page.locator("pre")).to_contain_text("topic_aliases: 7")


def test_a_mistake_is_told_at_its_field_and_nothing_is_lost(visitor: Visitor) -> None:
    steps.sign_up(visitor, name="Wenke")
    steps.make_target(visitor, name="Broker", port=1883)
    steps.begin_definition(visitor, name="Sensor", starter="Weather station")
    visitor.go("Lots")
    visitor.page.get_by_role("link", name="New lot").first.click()
    visitor.fill("Name", "Night")
    visitor.page.get_by_label("Definition").first.select_option(label="Sensor")
    visitor.page.get_by_label("Mocks").first.fill("5")
    visitor.page.get_by_label("Target").select_option(label="Broker")

    add(visitor, "pace")
    add(visitor, "connect rate")
    rate = visitor.page.locator("words-form").get_by_label("connect rate", exact=True)
    rate.fill("-3")
    rate.press("Tab")
    visitor.press("Save")
    wrong = visitor.page.locator("words-form .field-errors").first
    expect(wrong).to_contain_text("must be above 0, got -3")
    visitor.look("lot-options-wrong")
    rate.fill("500")
    rate.press("Tab")
    visitor.press("Save")

    expect(visitor.page.locator("pre")).to_contain_text("connect_rate: 500")


@pytest.mark.parts("mosquitto")
def test_a_fault_is_put_into_a_live_run_by_hand_and_ended(visitor: Visitor, console) -> None:
    steps.sign_up(visitor, name="Frauke")
    steps.make_target(visitor, name="Broker", port=console.mqtt_port)
    steps.begin_definition(visitor, name="Sensor", starter="Weather station")
    steps.make_lot(
        visitor, name="Day", definition="Sensor", mocks=5, target="Broker", duration="5 min"
    )
    steps.start(visitor)
    run = visitor.page.url
    visitor.page.get_by_role("link", name="Faults", exact=True).click(timeout=WITHIN)

    form = visitor.page.locator("words-form")
    form.get_by_role("button", name="Add to faults").click()
    form.get_by_label("Written as").first.select_option(label="loss")
    visitor.look("faults")
    visitor.press("Begin")
    expect(visitor.page.get_by_text("In 2 s: loss.")).to_be_visible()
    visitor.press("End now")
    expect(visitor.page.get_by_text("loss ends within a second.")).to_be_visible()
    steps.stop(visitor, run)
