"""One mock tried from the editor: a real worker, Redis and broker, and the text as it stands."""

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.visitor import Visitor

WITHIN = 180_000  # ms in which a trial has ended, whatever comes

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


def test_one_mock_is_tried_with_the_text_that_is_not_saved(visitor: Visitor, console) -> None:
    steps.sign_up(visitor, name="Tilda")
    steps.make_target(visitor, name="Test broker", port=console.mqtt_port)
    steps.begin_definition(visitor, name="Station", starter="Weather station")
    steps.rewrite_line(visitor, "every:", "every: 500ms")

    visitor.press("Try one mock")

    shown = visitor.page.locator("#trial")
    expect(shown.get_by_text("Done.")).to_be_visible(timeout=WITHIN)
    expect(shown.get_by_text("Acknowledged")).to_have_count(5)
    expect(shown).to_contain_text("The text that is not saved on Test broker")
    visitor.look("trial")
