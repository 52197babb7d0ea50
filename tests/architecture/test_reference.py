"""The reference is what ``docs/make.py`` makes of the models: pages, tables and pictures."""

import re
from pathlib import Path

import pytest

from docs.press.drawn import ROOT
from docs.press.features import GROUPS
from docs.press.pages import PICTURES, files
from docs.press.svg import COLOURS
from simulator.definition import Definition
from simulator.definition.behaviour.status import Transition
from simulator.definition.messages.message import Message
from simulator.definition.metrics.anomaly import Anomaly
from simulator.definition.metrics.generator import KINDS

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


@pytest.mark.parametrize(
    "test", [test for group in GROUPS.values() for each in group for test in each.tests]
)
def test_what_the_reference_promises_is_shown_by_a_test_that_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    source = (ROOT / "tests" / file).read_text("utf-8")

    assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)


SECTIONS = {"name", "id", "version", "schema_", "sparkplug", "metrics"}  # no feature by themselves
BESIDE = {
    "content_type",
    "method",
    "response_topic",
    "correlation",
    "topic",
    "path",
    "qos",
    "retain",
}


def test_the_table_of_what_can_be_described_has_every_kind_of_word() -> None:
    told = " ".join(each.words for group in GROUPS.values() for each in group)
    words = {
        *KINDS,
        *(name.rstrip("_") for name in Message.model_fields if name not in BESIDE),
        *(set(Transition.model_fields) - {"to"}),
        *(set(Anomaly.model_fields) - {"name", "statuses"}),
        *(set(Definition.model_fields) - SECTIONS),
    }

    assert sorted(word for word in words if not re.search(rf"\b{word}\b", told)) == []
