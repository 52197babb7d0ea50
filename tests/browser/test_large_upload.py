"""A large file: the page sends it in parts to the store, and again what did not arrive."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser.steps import sign_up
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "redis", "s3", "mosquitto", "chromium")

ROWS = 1_100_000
PART = re.compile(r"[?&]partNumber=(\d+)")
ARRIVED = re.compile(r"/uploaded/$")
BROKEN = "net::ERR_CONNECTION_RESET"  # Chromium mentions each request that was


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of three parts: two of 10 MiB, and the rest."""
    path = tmp_path / "weather.csv"
    lines = (f"{1_700_000_000 + second},{second % 400 / 10:010.6f}\n" for second in range(ROWS))
    path.write_text("time,temperature\n" + "".join(lines))
    assert 2 * 10 * 1024**2 < path.stat().st_size < 3 * 10 * 1024**2
    return path


def hold_back(visitor: Visitor, *, part: str) -> None:
    """Let one part never come to an end."""
    visitor.page.route(PART, lambda route: None if number(route.request) == part else go(route))


def break_once(visitor: Visitor, *, part: str) -> list[str]:
    """Break the line of one part, and of the word that all arrived, once; return what is begun."""
    begun: list[str] = []

    def pass_or_break(route: Route) -> None:
        name = number(route.request)
        begun.append(name)
        if name in (part, "uploaded") and begun.count(name) == 1:
            route.abort("connectionreset")
        else:
            go(route)

    visitor.page.route(PART, pass_or_break)
    visitor.page.route(ARRIVED, pass_or_break)
    return begun


def go(route: Route) -> None:
    route.continue_()


def number(request: Request) -> str:
    found = PART.search(request.url)
    return found[1] if found else "uploaded"


def test_a_large_file_goes_in_parts_and_what_broke_goes_again(visitor, file):
    sign_up(visitor, name="Lena")
    visitor.go("Datasets")
    begun = break_once(visitor, part="2")

    visitor.page.get_by_label("Choose files").set_input_files(file)

    expect(visitor.page.get_by_role("heading", level=1, name=file.name)).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Columns")).to_be_visible()
    assert sorted(begun) == ["1", "2", "2", "3", "uploaded", "uploaded"]
    visitor.complaints = [each for each in visitor.complaints if BROKEN not in each]


def test_a_large_upload_is_cancelled_and_begun_anew(visitor, file):
    sign_up(visitor, name="Mika")
    visitor.go("Datasets")
    hold_back(visitor, part="3")
    visitor.page.get_by_label("Choose files").set_input_files(file)
    expect(visitor.page.get_by_text(re.compile(r" of .+ MB, .+/s"))).to_be_visible()

    visitor.press("Cancel")
    expect(visitor.page.get_by_text("cancelled", exact=True)).to_be_visible()
    visitor.page.unroute_all()
    visitor.page.get_by_label("Choose files").set_input_files(file)

    expect(visitor.page.get_by_role("heading", level=1, name=file.name)).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Columns")).to_be_visible()
