"""Who mocks are and where they go, said without a text: by ready profiles, and in the form."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "chromium", "redis", "s3")


def begin(visitor: Visitor) -> None:
    """Go to where a new target begins."""
    visitor.go("Targets")
    visitor.page.get_by_role("link", name="New target").click()


def test_a_service_is_chosen_and_asks_for_its_inputs_alone(visitor: Visitor) -> None:
    steps.sign_up(visitor, name="Petra")
    begin(visitor)
    visitor.look("target-begin")
    visitor.page.get_by_role("link", name=re.compile("^Azure IoT Hub")).click()
    expect(visitor.field("Its key")).to_be_hidden()
    visitor.page.get_by_role("radio", name=re.compile("^a signature by a key of the hub")).check()
    visitor.fill("Its key", "c2VzYW1l")
    visitor.press("Make the target")
    expect(visitor.page.get_by_text("This field is required.")).to_be_visible()
    expect(visitor.field("Its key")).to_have_value("")
    visitor.look("target-profile-wrong")
    visitor.fill("Host name", "my-hub.azure-devices.net")
    visitor.fill("Its key", "c2VzYW1l")
    visitor.press("Make the target")

    expect(visitor.page.get_by_text("Azure IoT Hub is saved.")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="What the service wants")).to_be_visible()
    visitor.look("target-of-profile")
    visitor.page.get_by_role("link", name="edit any of them").click()
    visitor.wait_for_scripts()
    made = visitor.page.get_by_role("group", name="A shared access signature (Azure)")
    expect(made.get_by_label("Resource")).to_have_value("{host}/devices/{id}")
    visitor.look("target-form-sas")


def test_a_password_that_is_made_needs_no_text(visitor: Visitor) -> None:
    steps.sign_up(visitor, name="Paula")
    begin(visitor)
    visitor.page.get_by_role("link", name="Fill in every field").click()
    expect(visitor.field("Host")).to_be_visible()
    visitor.look("target-empty")
    visitor.fill("Name", "Broker")
    visitor.fill("Host", "broker.example")
    visitor.page.get_by_role("radio", name="5", exact=True).check()
    visitor.fill("Session expiry", "600")
    visitor.page.get_by_label("Speak inside of WebSocket").check()
    visitor.page.get_by_label("The password is").select_option(label="A JSON Web Token (JWT)")
    made = visitor.page.get_by_role("group", name="A JSON Web Token (JWT)")
    made.get_by_label("Audience").fill("lab")
    claims = made.get_by_label("Further claims")
    claims.fill("level: 3\nsite\n")
    visitor.look("target-jwt")
    visitor.press("Save")
    expect(visitor.page.get_by_text("Line 2: write it as")).to_be_visible()
    visitor.look("target-jwt-wrong")
    claims.fill("level: 3\nsite: {site}\n")
    visitor.press("Save")

    expect(visitor.page.get_by_text("Broker is saved.")).to_be_visible()
    expect(visitor.page.get_by_text("{shared_key}, of the credential table")).to_be_visible()
    visitor.look("target-made")


def test_without_scripts_every_field_is_there(new_visitor) -> None:
    visitor = new_visitor(javascript=False)
    steps.sign_up(visitor, name="Pina")
    begin(visitor)
    visitor.page.get_by_role("link", name=re.compile("^ThingsBoard")).click()
    visitor.fill("Host", "tb.example")
    visitor.press("Make the target")
    expect(visitor.page.get_by_text("Mocks need a credential table with token")).to_be_visible()
    visitor.field("Credential table").select_option(label="it is uploaded later")
    visitor.press("Make the target")

    expect(visitor.page.get_by_text("ThingsBoard is saved.")).to_be_visible()
    visitor.page.get_by_role("link", name="Edit", exact=True).click()
    expect(visitor.page.get_by_role("group", name="A keyed hash (HMAC)").first).to_be_visible()
