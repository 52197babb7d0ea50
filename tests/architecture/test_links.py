"""Every link of a page leads to a file that is there, and to a heading or place in it."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ROOT / "docs/reference/parts"  # docs/make.py puts them together; what it makes is read
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")} - {*PARTS.rglob("*.md")})
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)")
ELSEWHERE = re.compile(r"[a-z]+:")


def links(page: Path) -> list[str]:
    """Return what a page links to within the project."""
    found = LINK.findall(CODE.sub("", page.read_text("utf-8")))
    return [link for link in found if not ELSEWHERE.match(link)]


@cache
def places(page: Path) -> set[str]:
    """Return the anchors of a page, as they are made of its headings: the second gets "-1"."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    found = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    seen: Counter[str] = Counter()
    for heading in re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE):
        shown = re.sub(r"\[([^]]*)]\([^)]*\)", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w -]", "", shown).replace(" ", "-")
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


def is_there(page: Path, link: str) -> bool:
    """Return whether a link of ``page`` leads somewhere."""
    path, _, anchor = link.partition("#")
    goal = (page.parent / path).resolve() if path else page
    if not goal.exists() or not anchor or goal.suffix != ".md":
        return goal.exists()
    return anchor in places(goal)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not is_there(page, link)] == []


def test_there_are_links_to_look_at() -> None:
    found = [link for page in PAGES for link in links(page)]

    assert len(found) > 500
    assert sum("#" in link for link in found) > 100
