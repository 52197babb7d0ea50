"""Many problems of a file, as few lines."""

from argparse import Namespace
from pathlib import Path

import pytest

from simulator.commands import check
from simulator.commands.telling import MOST, MOST_ALIKE, told
from simulator.credentials import read_credentials
from simulator.errors import DefinitionError, Problem


def test_problems_that_are_alike_are_told_by_the_first_of_them() -> None:
    rows = "\n".join(f"c-{number}," for number in range(1, 101))

    with pytest.raises(DefinitionError) as refused:
        read_credentials("users.csv", f"client_id,password\nc-0,x\n{rows}".encode(), now=0.0)

    lines = told(refused.value).splitlines()
    assert len(lines) == MOST_ALIKE + 1
    assert lines[0] == "users.csv: row 2, password: is empty, and other rows have one"
    assert lines[-1] == "  and 95 more like these"


def test_what_differs_is_told_whole() -> None:
    error = DefinitionError(Problem("a.b", "one"), Problem("c", "two"), "three")

    assert told(error).splitlines() == ["a.b: one", "c: two", "three"]


def test_no_more_lines_are_told_than_anybody_reads() -> None:
    problems = [Problem(chr(97 + n // 26) + chr(97 + n % 26), "is wrong") for n in range(200)]

    lines = told(DefinitionError(*problems)).splitlines()

    assert len(lines) == MOST + 1
    assert lines[-1] == f"and {200 - MOST} more problems"


def test_nothing_is_counted_twice() -> None:
    alike = [Problem("", f"row {n}: is empty") for n in range(7)]
    others = [Problem(chr(97 + n // 26) + chr(97 + n % 26), "is wrong") for n in range(60)]

    lines = told(DefinitionError(*alike, *others)).splitlines()

    assert "  and 2 more like these" in lines
    shown = [line for line in lines if "is empty" in line or "is wrong" in line]
    assert lines[-1] == f"and {67 - len(shown) - 2} more problems"


def test_check_tells_few_lines_of_a_definition_with_many_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = "\n".join(f'      f{n}: "{{nothing{n}}}"' for n in range(40))
    file = tmp_path / "d.yaml"
    head = "name: D\nid: 'd-{index}'\nmessages:\n  m:\n    every: 1s\n    topic: t\n    json:\n"
    file.write_text(head + fields)

    assert check.main(Namespace(file=file, datasets=None)) == 2

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == MOST_ALIKE + 1
    assert "unknown name 'nothing0'" in lines[0]
