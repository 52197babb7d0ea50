"""The form of a definition and its document say the same, whichever of them is changed."""

import email
import email.policy
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, expect
from workshop.demo import wait_for

from tests.browser import steps
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")


@pytest.fixture
def editor_page(visitor: Visitor) -> Visitor:
    """Return somebody who has just opened a new definition."""
    steps.sign_up(visitor, name="Mio")
    steps.begin_definition(visitor, name="Cold room", starter="Cold-chain sensor")
    expect(visitor.page.get_by_role("tab", name="Device")).to_be_visible()
    return visitor


def form(visitor: Visitor) -> Locator:
    return visitor.page.locator("definition-forms")


def turn(visitor: Visitor, tab: str) -> None:
    form(visitor).get_by_role("tab", name=re.compile(f"^{tab}")).click()


def unfold(visitor: Visitor, name: str) -> None:
    form(visitor).get_by_role("button", name=re.compile(f"^{name}")).click()


def press(visitor: Visitor, name: str) -> None:
    form(visitor).get_by_role("button", name=name, exact=True).click()


def rename(visitor: Visitor, name: str) -> None:
    form(visitor).get_by_label("Name", exact=True).fill(name)
    visitor.page.keyboard.press("Enter")


def line(visitor: Visitor, text: str | re.Pattern[str]) -> Locator:
    """Return the lines of the document that hold a text."""
    return steps.editor(visitor).locator(".cm-line", has_text=text)


def test_a_status_added_by_the_form_stands_in_the_document(editor_page):
    turn(editor_page, "Statuses")
    press(editor_page, "Add a status")
    rename(editor_page, "asleep")
    press(editor_page, "+ every")
    editor_page.fill("Every", "5min")
    editor_page.page.keyboard.press("Tab")

    expect(line(editor_page, "asleep: {send: [telemetry], every: 5min}")).to_be_visible()
    expect(line(editor_page, "asleep:")).to_have_class(re.compile("cm-part"))
    editor_page.look("form-status")


def test_a_broken_document_holds_the_form_and_shows_its_line(editor_page):
    page = editor_page.page
    turn(editor_page, "Statuses")
    steps.rewrite_line(editor_page, "alarm:", "alarm: [")

    notice = form(editor_page).get_by_text("The document cannot be read at line")
    expect(notice).to_be_visible()
    expect(form(editor_page).get_by_role("button", name="Add a status")).to_have_count(0)
    expect(form(editor_page).get_by_role("button", name=re.compile("^offline"))).to_be_visible()
    expect(page.locator(".cm-lint-marker-error")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"line \d+"))).to_be_visible()
    editor_page.look("form-broken")

    steps.editor(editor_page).press("Control+z")
    expect(notice).to_be_hidden()
    expect(form(editor_page).get_by_role("button", name="Add a status")).to_be_visible()


def test_a_renamed_metric_is_followed_by_what_reads_it_and_undone_in_one_step(editor_page):
    turn(editor_page, "Metrics")
    unfold(editor_page, "temperature")
    editor_page.look("form-metric")
    rename(editor_page, "air")

    expect(line(editor_page, 'air: {unit: "°C", walk:')).to_be_visible()
    expect(line(editor_page, 'temperature: "{air:.1f}"')).to_be_visible()
    expect(line(editor_page, 'when: "air > 8"')).to_be_visible()
    editor_page.page.keyboard.press("Control+z")
    expect(line(editor_page, "air")).to_have_count(0)
    expect(line(editor_page, 'temperature: {unit: "°C", walk:')).to_be_visible()


def test_what_is_typed_in_the_document_stands_in_the_form(editor_page):
    turn(editor_page, "Metrics")
    unfold(editor_page, "humidity")

    steps.rewrite_line(
        editor_page, "humidity: {", "humidity: {unit: g, ramp: {from: 1, to: 7, over: soon}}"
    )

    over = form(editor_page).get_by_label("Over")
    expect(over).to_have_value("soon")
    expect(over).to_have_attribute("aria-invalid", "true")
    expect(form(editor_page).get_by_text("needs a duration such as 10s")).to_be_visible()
    editor_page.look("form-problem")


def test_a_metric_is_made_by_choosing_a_generator_from_pictures(editor_page):
    page = editor_page.page
    turn(editor_page, "Metrics")
    press(editor_page, "Add a metric")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".spark path").first).to_be_attached()
    editor_page.look("form-chooser")

    dialog.get_by_role("searchbox").fill("sine")
    dialog.get_by_role("button", name=re.compile("^sine")).click()

    expect(line(editor_page, "sine: ")).to_be_visible()
    rename(editor_page, "sun")
    expect(line(editor_page, re.compile(r"sun: .*sine: "))).to_be_visible()
    press(editor_page, "Delete")
    expect(line(editor_page, "sine: ")).to_have_count(0)
    press(editor_page, "Undo")
    expect(line(editor_page, re.compile(r"sun: .*sine: "))).to_be_visible()


def test_the_status_machine_is_drawn_clicked_and_added_to(editor_page):
    page = editor_page.page
    turn(editor_page, "Statuses")
    machine = form(editor_page).get_by_role("group", name="Status machine")
    expect(machine.get_by_role("button", name=re.compile("^Status"))).to_have_count(3)
    machine.get_by_role("button", name="Transition from running to alarm, temperature > 8").click()
    expect(form(editor_page).get_by_role("textbox", name="When")).to_have_value("temperature > 8")
    expect(line(editor_page, "{to: alarm, when:")).to_have_class(re.compile("cm-part"))

    machine.get_by_role("button", name="Status alarm").focus()
    page.keyboard.press("t")
    machine.get_by_role("button", name="Status offline, off line").press("Enter")

    way = machine.get_by_role("button", name="Transition from alarm to offline, after 5min")
    expect(way).to_be_visible()
    expect(line(editor_page, "- {to: offline, after: 5min}")).to_be_visible()
    machine.get_by_role("button", name="Status offline, off line").hover()
    dot = machine.locator("[data-name=offline] > .state-dot").bounding_box()
    goal = machine.locator("[data-name=alarm] > .state-name").bounding_box()
    page.mouse.move(dot["x"] + 4, dot["y"] + 4)
    page.mouse.down()
    page.mouse.move(goal["x"] + 5, goal["y"] + 5, steps=4)
    page.mouse.up()
    expect(line(editor_page, "- {to: alarm, after: 5min}")).to_be_visible()
    editor_page.look("form-machine")


def test_words_and_names_complete_in_the_document(editor_page):
    page = editor_page.page
    offered = page.locator("definition-editor .cm-tooltip-autocomplete").get_by_role("option")
    line(editor_page, "door: {").click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    for typed, word, written in (
        ("noise: {unif", "uniform", "noise: {uniform: "),
        ("{mi", "min", "noise: {uniform: {min: "),
        ("1, max: 2}}\nsum: {formula: hum", "humidity", "sum: {formula: humidity}"),
    ):
        page.keyboard.type(typed)
        offered.filter(has_text=word).first.click()
        expect(line(editor_page, written)).to_be_visible()


def test_a_viewer_looks_and_changes_nothing(editor_page, new_visitor):
    page = editor_page.page.url
    viewer = new_visitor()
    address = f"vic-{uuid4().hex}@example.org"
    steps.sign_up(viewer, name="Vic", email=address)
    editor_page.go("Members")
    editor_page.page.get_by_role("link", name="Invite somebody").click()
    editor_page.fill("E-mail address", address)
    editor_page.field("Role").select_option(label="Viewer")
    editor_page.press("Send the invitation")
    viewer.page.goto(invitation_of(viewer, address))
    viewer.press(f"Join as {address}")

    viewer.page.goto(page)

    turn(viewer, "Metrics")
    unfold(viewer, "temperature")
    expect(form(viewer).get_by_label("Start")).to_be_disabled()
    expect(form(viewer).get_by_role("button", name="Add a metric")).to_have_count(0)
    expect(form(viewer).get_by_role("button", name="Delete")).to_have_count(0)
    line(viewer, "humidity: {").click()
    viewer.page.keyboard.type("x")
    expect(line(viewer, "  humidity: {unit")).to_be_visible()
    expect(viewer.page.get_by_role("button", name="Save")).to_have_count(0)
    viewer.look("form-viewer")


def invitation_of(visitor: Visitor, address: str) -> str:
    """Return the link of the mail that invites somebody, once it is there."""

    def found() -> str | None:
        for file in visitor.console.mail.glob("*.eml"):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            text = body.get_content() if body else ""
            link = re.search(r"https?://\S+/invitations?/\S+", text)
            if address in str(message["To"]) and link:
                return link[0]
        return None

    return wait_for(found, "the invitation", visitor.console.supervisor)


def test_the_form_of_each_part_fits_every_screen(editor_page):
    for tab in ("Device", "Messages"):
        turn(editor_page, tab)
        if tab == "Messages":
            unfold(editor_page, "telemetry")
        editor_page.look(f"form-{tab.lower()}")
