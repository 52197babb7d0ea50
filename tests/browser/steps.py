"""What a person does at the console, one function a step; each ends when its page says so."""

import re
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

PASSWORD = "tracks of 12 grey geese"
DOCUMENTS = {
    name: Path(__file__).parent / "documents" / file
    for name, file in (
        ("Cold-chain sensor", "cold-chain.yaml"),
        ("Weather station", "weather-station.yaml"),
        ("Freezer", "freezer.yaml"),
        ("Delivery van", "delivery-van.yaml"),
    )
}
UPLOAD_SPEED = 20_000  # bytes/s, until the progress was seen: no machine is too slow for that


def sign_up(visitor: Visitor, *, name: str, email: str = "") -> None:
    """Make an account, at an address that nobody else has; ends at its workspace's checklist."""
    visitor.page.goto("/")
    visitor.page.get_by_role("link", name="Make an account").click()
    visitor.fill("Your name", name)
    visitor.fill("E-mail address", email or f"{name.lower()}-{uuid4().hex}@example.org")
    visitor.fill("Password", PASSWORD)
    visitor.press("Make an account")
    expect(visitor.page.get_by_role("heading", name="Get started")).to_be_visible()


def begin_definition(visitor: Visitor, *, name: str, starter: str, sample: str = "") -> None:
    """Make a definition from a starter, a document or a payload; ends in the editor."""
    if starter in DOCUMENTS:
        starter, sample = "A payload or a file", DOCUMENTS[starter].read_text()
    visitor.go("Definitions")
    visitor.page.get_by_role("link", name="New definition").click()
    visitor.fill("Name", name)
    visitor.page.get_by_role("radio", name=re.compile(f"^{starter}")).check()
    if sample:
        visitor.fill("Payloads, a schema or a recording", sample)
    visitor.press("Make the definition")
    expect(visitor.page.get_by_role("heading", level=1, name=name)).to_be_visible()


def editor(visitor: Visitor) -> Locator:
    """Return the text of the open definition; not the plain field that is there before it."""
    text = visitor.page.get_by_role("textbox", name="The definition, YAML or JSON")
    return text.and_(visitor.page.locator(".cm-content"))


def rewrite_line(visitor: Visitor, begins: str, *lines: str) -> None:
    """Select the line that begins with ``begins`` and put ``lines`` there, as far indented."""
    line = editor(visitor).locator(".cm-line", has_text=re.compile(rf"^\s*{re.escape(begins)}"))
    text = line.inner_text()
    indent = text[: len(text) - len(text.lstrip())]
    line.click(click_count=3)  # the line with its break
    if lines:
        visitor.page.keyboard.insert_text("".join(f"{indent}{new}\n" for new in lines))
    else:
        visitor.page.keyboard.press("Delete")


def save_with_keys(visitor: Visitor, *, version: int) -> None:
    """Press Ctrl+S; ends when the page names the new version."""
    visitor.page.keyboard.press("Control+s")
    expect(visitor.page.get_by_text(f"Version {version}, edited")).to_be_visible()


def upload(visitor: Visitor, file: Path) -> None:
    """Upload a dataset over a slow line and see it grow; ends when the console has read it."""
    visitor.go("Datasets")
    line = visitor.page.context.new_cdp_session(visitor.page)
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    slow = {**limits, "uploadThroughput": UPLOAD_SPEED}
    line.send("Network.emulateNetworkConditions", slow)
    visitor.page.get_by_label("Choose files").set_input_files(file)
    expect(visitor.page.get_by_role("progressbar")).to_be_visible()
    expect(visitor.page.get_by_text(re.compile(r"kB of .+ kB, .+/s"))).to_be_visible()
    line.send("Network.emulateNetworkConditions", limits)
    expect(visitor.page.get_by_role("heading", level=1, name=file.name)).to_be_visible()
    line.detach()
    expect(visitor.page.get_by_role("heading", name="Columns")).to_be_visible()


def make_target(visitor: Visitor, *, name: str, port: int) -> None:
    """Make an MQTT target on this machine; ends at its page."""
    visitor.go("Targets")
    visitor.page.get_by_role("link", name="New target").click()
    visitor.fill("Paste an address", f"mqtt://127.0.0.1:{port}")
    visitor.press("Fill in")
    expect(visitor.field("Port")).to_have_value(str(port))
    visitor.fill("Name", name)
    visitor.look("target-form")
    visitor.press("Save")
    expect(visitor.page.get_by_text(f"mqtt://127.0.0.1:{port}").first).to_be_visible()


def make_lot(
    visitor: Visitor, *, name: str, definition: str, mocks: int, target: str, duration: str
) -> None:
    """Make a lot of one definition; ends at its page."""
    visitor.go("Lots")
    visitor.page.get_by_role("link", name="New lot").click()
    expect(visitor.page.get_by_role("heading", level=1, name="New lot")).to_be_visible()
    visitor.fill("Name", name)
    visitor.field("Definition").select_option(label=definition)
    visitor.fill("Mocks", str(mocks))
    visitor.field("Target").select_option(label=target)
    visitor.fill("How long", duration)
    visitor.look("lot-form")
    visitor.press("Save")
    expect(visitor.page.get_by_role("heading", level=1, name=name)).to_be_visible()


def write_words(visitor: Visitor, name: str, text: str) -> None:
    """Put a text of words into the field with the id ``name``, which is folded away."""
    field = visitor.page.locator(f"textarea#{name}")
    visitor.page.locator("details", has=field).get_by_text("As text").click()
    field.fill(text)


def start(visitor: Visitor) -> None:
    """Start the open lot; ends at the page of its run."""
    visitor.press("Start")
    visitor.page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}/$"))


def stop(visitor: Visitor, run: str) -> None:
    """Stop the run at the address ``run``: its mocks would go on at the broker that all share."""
    visitor.page.goto(run)
    visitor.page.get_by_role("link", name="Stop", exact=True).click()
    visitor.press("Stop")
    pulse = visitor.page.locator("#run-pulse")
    expect(pulse.get_by_text("Stopped", exact=True)).to_be_visible()
