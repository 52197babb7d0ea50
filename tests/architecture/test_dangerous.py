"""What is dangerous in Python is found by the linter, and nobody has an exception from it.

And what a dyno installs: exact versions, from one place, and nothing that only tests need.
"""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
# exec, unsafe YAML, eval, pickle and its like, shells, unchecked TLS, SQL made of texts.
DANGEROUS = re.compile(r"noqa:.*\bS(102|301|302|307|501|506|60[2-57]|608)\b")
OWN = [*(ROOT / "web").rglob("*.py"), *(ROOT / "simulator").rglob("*.py")]
PINNED = re.compile(r"[\w.-]+(\[[\w-]+\])?==[\w.]+(; .+)?")


def named(file: str) -> list[str]:
    """Return the packages that a file of requirements names, line by line."""
    lines = [line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("-r ")]


def test_no_code_of_ours_evaluates_unpickles_or_starts_a_shell():
    ignored = {code for code in LINT["ignore"] if code.startswith("S")}

    assert "S" in LINT["select"]
    assert ignored == {"S101", "S311"}
    assert not [
        path
        for path, codes in LINT["per-file-ignores"].items()
        if path.startswith(("web", "simulator")) and "S" in {code[0] for code in codes}
    ]
    assert [str(file) for file in OWN if DANGEROUS.search(file.read_text("utf-8"))] == []


def test_a_dyno_installs_exact_versions_from_one_place():
    files = sorted(path.name for path in ROOT.glob("requirements*.txt"))

    assert "requirements.txt" in files
    for file in files:
        assert [line for line in named(file) if not PINNED.fullmatch(line)] == [], file


def test_a_dyno_installs_nothing_that_only_tests_need():
    for_tests = {"pytest", "ruff", "mypy", "playwright", "hypothesis", "moto"}

    assert not {line.partition("==")[0].lower() for line in named("requirements.txt")} & for_tests


def test_front_end_libraries_have_exact_versions():
    package = json.loads((ROOT / "web/vendor/package.json").read_text())
    versions = {**package.get("dependencies", {}), **package.get("devDependencies", {})}

    assert versions
    assert [
        name for name, version in versions.items() if not re.fullmatch(r"[\d.]+", version)
    ] == []
