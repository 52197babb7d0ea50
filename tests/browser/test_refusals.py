"""What goes wrong is said where it went wrong, also to a browser without JavaScript."""

import re
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import steps

MOCKS = 5

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


@pytest.fixture
def nobody() -> Iterator[int]:
    """Return a port at which nobody listens, and at which no other test's server can begin to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_target_that_does_not_listen_is_the_reason_of_every_mock_until_it_is_stopped(
    visitor, nobody
):
    steps.sign_up(visitor, name="Rui")
    steps.begin_definition(visitor, name="Sensor", starter="Cold-chain sensor")
    steps.make_target(visitor, name="Nobody", port=nobody)
    steps.make_lot(
        visitor, name="In vain", definition="Sensor", mocks=MOCKS, target="Nobody", duration="5 min"
    )

    steps.start(visitor)

    page = visitor.page
    refused = page.locator("#run-breakdown").get_by_role("row", name="connection refused")
    expect(refused.get_by_role("cell", name=str(MOCKS), exact=True).last).to_be_visible()
    expect(page.locator("#run-mocks").get_by_text("connection refused")).to_have_count(MOCKS)
    visitor.look("run-refused")
    refused.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"reason=connection"))
    expect(page.locator("#run-mocks").get_by_text(f"{MOCKS} mocks")).to_be_visible()
    page.get_by_role("link", name="Stop").click()
    visitor.press("Stop")
    expect(page.locator("#run-pulse")).to_contain_text("Stopped")
    visitor.go("Overview")
    expect(page.get_by_role("row", name="In vain")).to_contain_text("Stopped")
    visitor.look("home")
    visitor.go("Members")
    visitor.look("members")


def test_a_wrong_document_shows_its_errors_without_javascript(new_visitor):
    visitor = new_visitor(javascript=False)
    steps.sign_up(visitor, name="Lin")
    steps.begin_definition(visitor, name="Sensor", starter="Weather station")

    text = visitor.page.get_by_label("The definition, YAML or JSON")
    text.fill(text.input_value().replace("humidity: {unit:", "humidity: {unti:", 1))
    visitor.press("Save")

    problem = visitor.page.get_by_role("listitem").filter(has_text="metrics.humidity")
    expect(visitor.page.get_by_text("It is not saved.")).to_be_visible()
    expect(problem).to_contain_text("unknown word 'unti'")
    expect(problem).to_contain_text(re.compile(r"line \d+"))
    expect(text).to_have_value(re.compile("unti:"))
    expect(visitor.page.get_by_text("Version 1, edited")).to_be_visible()


def test_the_first_field_that_is_wrong_has_the_focus(visitor):
    visitor.page.goto("/sign-up/")
    visitor.fill("Your name", "Fokus")
    visitor.fill("E-mail address", "nobody")
    visitor.fill("Password", steps.PASSWORD)

    visitor.press("Make an account")

    expect(visitor.page.get_by_text("Enter a valid email address.")).to_be_visible()
    expect(visitor.field("E-mail address")).to_be_focused()
