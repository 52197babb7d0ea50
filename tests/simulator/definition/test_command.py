from pathlib import Path

import pytest

from simulator.__main__ import main

SAMPLE = Path(__file__).parents[2] / "definitions/cold-chain.yaml"


def test_a_good_file_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["check", str(SAMPLE)])

    said = capsys.readouterr()
    line = f"{SAMPLE}: Cold-chain sensor: 8 metrics, 2 messages, 6 statuses\n"
    assert (status, said.out, said.err) == (0, line, "")


def test_each_problem_gets_a_line_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(
        'name: x\nid: "{index}"\nmessages: {m: {every: 3 parsec, json: "{t}"}}\n', encoding="utf-8"
    )

    status = main(["check", str(file)])

    assert status == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{file}: messages.m.every: wrong unit 'parsec', allowed: ms, s, min, h, d, w",
        f"{file}: messages.m.json: unknown name 't', allowed: id, index, seq, now, status,"
        " message, age, time_in_status, uptime, progress",
    ]


REPLAY = """\
name: x
id: "{index}"
metrics: {t: {replay: {dataset: d.csv, column: wind}}}
messages: {m: {every: 3s, json: "{t}"}}
"""


@pytest.mark.parametrize(
    ("contents", "problem"),
    [
        (None, "missing dataset 'd.csv', there is none"),
        ("winds\n1\n", "the dataset 'd.csv' has no column 'wind', did you mean 'winds'?"),
    ],
)
def test_datasets_are_held_against_a_folder_when_one_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], contents: str | None, problem: str
) -> None:
    file = tmp_path / "replay.yaml"
    file.write_text(REPLAY, encoding="utf-8")
    if contents:
        (tmp_path / "d.csv").write_text(contents, encoding="utf-8")

    assert main(["check", str(file)]) == 0
    assert main(["check", str(file), "--datasets", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{file}: metrics.t.replay: {problem}\n"


def test_what_is_not_yaml_is_told_at_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("name: x\nid:\n\t- 3\n", encoding="utf-8")

    assert main(["check", str(file)]) == 2
    assert capsys.readouterr().err == f"{file}: line 3: a tab cannot indent, use blanks\n"


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"name: \xff", "not UTF-8, byte 7"),
        (b"x" * 262_145, "a document has at most 256 KiB"),
        (b"", "the document is empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    contents: bytes | None,
    reason: str,
) -> None:
    file = tmp_path / "file.yaml"
    if contents is not None:
        file.write_bytes(contents)

    assert main(["check", str(file)]) == 2
    assert capsys.readouterr().err == f"{file}: {reason}\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["chek"], "invalid choice: 'chek' (choose from 'check', 'infer',"),
        (["check"], "the following arguments are required: FILE"),
    ],
)
def test_wrong_usage_ends_with_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert reason in capsys.readouterr().err
