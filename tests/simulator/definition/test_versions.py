"""Older documents are upgraded while they are read, newer ones are refused."""

from pathlib import Path

import pytest

from simulator import check, parse, parse_document
from simulator.__main__ import main
from simulator.definition.upgrading import upgrade_text
from simulator.definition.versions import VERSION

OLD = """\
# A door. Its id is printed on it.
name: Door
id: "door-{index}"   # from 0
messages:
  state: {every: 30s, json: {ok: true}}
"""


@pytest.mark.parametrize("first", ["", "version: 1\n", "version: 2\n"])
def test_the_source_is_of_the_present_version(first: str) -> None:
    definition = parse(first + OLD)

    assert definition.source["version"] == VERSION == definition.version
    assert parse_document(definition.source) == definition


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("3", "version: is newer than what is known here: 3, allowed: up to 2"),
        ("0", "version: needs a whole number from 1 to 2, got 0"),
        ("true", "version: needs a whole number from 1 to 2, got true"),
        ("2.0", "version: needs a whole number from 1 to 2, got 2.0"),
        ("'2'", "version: needs a whole number from 1 to 2, got '2'"),
        ("~", "version: needs a whole number from 1 to 2, got nothing"),
    ],
)
def test_a_version_that_is_not_known_is_refused_alone(version: str, text: str) -> None:
    problems = check(f"{OLD}version: {version}\nnonsense: 5\n").problems

    assert [(str(problem), problem.line) for problem in problems] == [(text, 6)]


def test_a_document_may_name_its_schema_for_editors() -> None:
    definition = parse('{"$schema": "./definition.json", "name": "x", "id": "{index}"}')

    assert definition.schema_ == "./definition.json"


def test_an_upgrade_keeps_the_comments() -> None:
    assert upgrade_text(OLD) == OLD.replace("name: Door", "version: 2\nname: Door")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1\n" + OLD, "version: 2\n" + OLD),
        ("version: 2\n" + OLD, "version: 2\n" + OLD),
        ('{"name": "x", "id": "a"}', '{"version": 2, "name": "x", "id": "a"}'),
        ('{\n  "name": "x"\n}\n', '{\n  "version": 2,\n  "name": "x"\n}\n'),
        ("--- # first\nname: x\n", "--- # first\nversion: 2\nname: x\n"),
    ],
)
def test_an_upgrade_writes_the_version_where_it_belongs(old: str, new: str) -> None:
    assert upgrade_text(old) == new


def test_what_cannot_be_edited_is_written_anew() -> None:
    assert upgrade_text('"version": 1\n"name": "x" \n') in (
        '"version": 2\n"name": "x" \n',
        "version: 2\nname: x\n",
    )


def test_the_command_prints_or_writes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "door.yaml"
    file.write_text(OLD)

    assert main(["upgrade", str(file)]) == 0
    assert capfd.readouterr().out == upgrade_text(OLD)
    assert file.read_text() == OLD

    assert main(["upgrade", "--write", str(file)]) == 0
    assert file.read_text() == upgrade_text(OLD)
    assert [path.name for path in tmp_path.iterdir()] == ["door.yaml"]


def test_the_command_says_why_a_file_cannot_be_read(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "door.yaml"
    file.write_text("name: [\n")

    assert main(["upgrade", str(file)]) == 2
    assert capfd.readouterr().err.startswith(f"{file}: line 2: needs a value here")
