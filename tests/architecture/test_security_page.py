"""docs/security.md names tests as its evidence: each of them is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
TESTS = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))


def test_every_test_that_the_page_names_is_there():
    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert [name for name in sorted(named) if f"def {name}(" not in TESTS] == []


def test_every_file_of_tests_that_the_page_names_is_there():
    named = set(re.findall(r"`((?:tests/[\w/]+|test_\w+)(?:\.py)?)`", PAGE))
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*")}
    names = {path.name for path in (ROOT / "tests").rglob("*.py")}

    missing = [name for name in sorted(named) if "/" in name or name.endswith(".py")]
    assert [name for name in missing if name not in files and name not in names] == []
