"""A drain over HTTP: made, tested, seen to be failing, and put right."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import sign_up
from tests.web.drains.endpoints import Answer, Endpoint

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "redis", "s3", "mosquitto", "chromium")


@pytest.fixture
def endpoint():
    server = Endpoint()
    server.start()
    yield server
    server.stop()


def test_a_drain_is_made_and_tested(visitor, endpoint):
    endpoint.answers.append(Answer(403))
    sign_up(visitor, name="Dora")
    visitor.go("Drains")
    visitor.look("drains-empty")
    visitor.page.get_by_role("link", name="New drain").click()
    visitor.look("drains-kinds")
    visitor.page.get_by_role("link", name=re.compile("^HTTP endpoint")).click()
    visitor.fill("Name", "To our lake")
    visitor.fill("Address", "ftp://x.example")
    visitor.press("Save")
    expect(visitor.page.get_by_text("begins with https://")).to_be_visible()
    visitor.fill("Address", f"{endpoint.url}/records")
    visitor.look("drains-form")
    visitor.press("Save")

    visitor.press("Send a test")
    expect(visitor.page.get_by_text("The endpoint answered 403 Forbidden.")).to_be_visible()
    visitor.press("Send a test")
    expect(visitor.page.get_by_text("One record, marked as a test, was taken.")).to_be_visible()
    visitor.look("drains-detail")

    (document,) = endpoint.documents
    assert document["test"] is True
    visitor.press("Pause")
    expect(visitor.page.get_by_text("Paused", exact=True)).to_be_visible()
    visitor.go("Drains")
    visitor.look("drains-list")
    visitor.page.get_by_role("link", name="To our lake").click()
    visitor.page.get_by_role("link", name="Delete").click()
    visitor.look("drains-delete")
    visitor.press("Delete")
    expect(visitor.page.get_by_text("To our lake is deleted.")).to_be_visible()
