"""The reference is what ``docs/make.py`` makes of the models: pages, tables and pictures."""

import re
from pathlib import Path

import pytest

from docs.press.drawn import ROOT
from docs.press.features import GROUPS
from docs.press.pages import PICTURES, files
from docs.press.svg import COLOURS

MADE = dict(files())
MAX_PICTURE = 40_000  # bytes; a page with sixty of them still opens at once


def test_pages_and_pictures_are_as_docs_make_makes_them() -> None:
    odd = [
        path.name
        for path, text in MADE.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    left = [path.name for path in PICTURES.glob("*.svg") if path not in MADE]

    assert (odd, left) == ([], []), "run: python docs/make.py"


def test_every_picture_is_small_and_draws_something() -> None:
    pictures = {path: text for path, text in MADE.items() if path.suffix == ".svg"}

    assert all(len(text.encode()) < MAX_PICTURE for text in pictures.values())
    assert all(re.search(r'class="c\d [ldft]"', text) for text in pictures.values())


def test_every_colour_has_a_dark_one() -> None:
    text = next((text for path, text in MADE.items() if path.suffix == ".svg"), "")

    assert text.count(".c") in (0, 2 * len(COLOURS))


def test_links_within_the_reference_lead_somewhere() -> None:
    pages = {path: text for path, text in MADE.items() if path.suffix == ".md"}
    missing = [
        f"{path.name}: {target}#{anchor}"
        for path, text in pages.items()
        for target, anchor in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", text)
        if anchor not in _anchors(pages, path, target)
    ]

    assert missing == []


def _anchors(pages: dict[Path, str], path: Path, target: str) -> set[str]:
    place = (path.parent / target).resolve() if target else path
    text = pages.get(place) or place.read_text("utf-8")
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("test", [each.test for group in GROUPS.values() for each in group])
def test_what_the_reference_promises_is_shown_by_a_test_that_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    source = (ROOT / "tests" / file).read_text("utf-8")

    assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)
