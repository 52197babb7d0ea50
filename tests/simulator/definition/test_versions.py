"""Older documents are upgraded while they are read, newer ones are refused."""

from pathlib import Path

import pytest

from simulator import check, parse, parse_document
from simulator.__main__ import main
from simulator.definition.text.upgrading import upgrade_text
from simulator.definition.text.versions import VERSION, upgraded

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


BUCKET = """\
name: Door
id: "door-{index}"
metrics:
  door: {unit: "", bucket: [open, closed], order: in_order}   # of the fridge
  mode:
    bucket:   # by weight
      values: {on: 3, off: 1}
messages:
  state: {every: 1s, json: {door: "{door}", mode: "{mode}"}}
"""


def test_a_bucket_is_a_pick_since_version_2() -> None:
    definition = parse(BUCKET)

    assert {each.generator.word for each in definition.metrics.values()} == {"pick"}
    assert "bucket" not in str(definition.source)
    assert definition == parse(BUCKET.replace("bucket:", "pick:"))


def test_a_mistake_in_an_older_document_stands_where_that_has_it() -> None:
    text = BUCKET.replace("in_order", "sideways").replace("off: 1", "off: -1")

    problems = [(each.place, each.line) for each in check(text).problems]

    assert problems == [("metrics.door.order", 4), ("metrics.mode.bucket.values", 7)]


def test_a_former_word_in_a_new_document_is_told_what_it_is_called_now() -> None:
    problems = check("version: 2\n" + BUCKET).problems

    assert "metrics.door.bucket: unknown word 'bucket', it is 'pick' since version 2" in [
        str(each) for each in problems if each.line == 5
    ]


def test_an_upgrade_renames_words_in_their_place() -> None:
    assert upgrade_text(BUCKET) == "version: 2\n" + BUCKET.replace("bucket:", "pick:")


def test_an_upgrade_renames_words_in_json() -> None:
    old = '{"name": "x", "id": "{index}", "metrics": {"a": {"bucket": [1, 2]}}}'
    new = '{"version": 2, "name": "x", "id": "{index}", "metrics": {"a": {"pick": [1, 2]}}}'

    assert upgrade_text(old) == new


def test_an_upgrade_renames_what_an_alias_repeats() -> None:
    old = "metrics:\n  a: &a {bucket: [1, 2]}\n  b: *a\nname: x # a comment\n"

    assert upgrade_text(old) == "version: 2\n" + old.replace("bucket", "pick")


def test_what_cannot_be_edited_is_written_anew_without_its_comments() -> None:
    old = 'metrics:\n  a: {"b\\x75cket": [1, 2]}\nname: x # a comment\n'

    new = upgrade_text(old)

    assert new == "version: 2\nmetrics:\n  a:\n    pick:\n    - 1\n    - 2\nname: x\n"


@pytest.mark.parametrize("data", [[], 5, {"a": 5}, {"a": {"bucket": 1, "pick": 2}}])
def test_an_upgrade_leaves_alone_what_it_does_not_know(data: object) -> None:
    given = {"name": "x", "metrics": data}

    assert upgraded(given).data == {"version": VERSION, **given}


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
