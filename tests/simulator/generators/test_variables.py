"""Variables: from generators, and row by row from a list of devices."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.datasets import Dataset, read_dataset
from simulator.definition import check, parse
from simulator.errors import DefinitionError
from simulator.fleet import Fleet

from .bench import cast, column, sample

FRAME = """
name: Example
id: "{id}"
messages: {m: {every: 1s, topic: t, json: {a: 1}}}
"""
DEVICES = read_dataset(
    "devices.csv", b"serial,site,port\nA-1,tokyo,7001\nA-2,osaka,7002\nA-3,tokyo,7003\n"
)


def document(*variables: str, id: str = "x-{index}") -> str:
    lines = "".join(f"  {each}\n" for each in variables)
    return f"{FRAME.replace('{id}', id)}variables:\n{lines}"


def fleet(text: str, count: int = 3, *, first: int = 0, **options: Any) -> Fleet:
    named = {"devices.csv": DEVICES}
    definition = parse(text, datasets=named)
    return Fleet(definition, first=first, count=count, seed=1, epoch=0.0, datasets=named, **options)


def ids(id: str, *variables: str, count: int = 3, **options: Any) -> list[str]:
    return fleet(document(*variables, id=id), count, **options).identities


def test_a_generator_is_drawn_once() -> None:
    shown = ids(
        "{index}/{mac}/{five}/{twice}/{site}",
        'mac: {mac: "00:1B:44"}',
        "five: {constant: 5}",
        "twice: {formula: five * 2 + index}",
        "site: {choice: [tokyo]}",
    )

    assert [text.split("/")[2:] for text in shown] == [
        ["5", "10", "tokyo"],
        ["5", "11", "tokyo"],
        ["5", "12", "tokyo"],
    ]
    assert len({text.split("/")[1] for text in shown}) == 3


def test_each_mock_gets_its_own_row_and_all_columns_of_it() -> None:
    row = "{{dataset: devices.csv, column: {}}}"
    variables = [f"{name}: {row.format(name)}" for name in ("serial", "site", "port")]

    whole = ids("{serial}/{site}/{port}", *variables)
    second = ids("{serial}/{site}/{port}", *variables, count=1, first=1, total=3)

    assert whole == ["A-1/tokyo/7001", "A-2/osaka/7002", "A-3/tokyo/7003"]
    assert second == whole[1:2]


def test_rows_are_dealt_by_the_number_within_the_definition() -> None:
    mocks = replace(cast(3, first=100, devices_csv=DEVICES), base=100, total=3)

    drawn = column({"dataset": "devices.csv", "column": "port"}, mocks).draw(sample([2, 0]))

    assert drawn.tolist() == [7003, 7001]


def test_too_few_rows_are_an_error_that_says_how_many_are_needed() -> None:
    with pytest.raises(
        DefinitionError, match=r"devices\.csv has 3 rows, and 1,000 mocks need one each; add rows"
    ):
        ids("{s}", "s: {dataset: devices.csv, column: serial}", count=2, total=1000)


def test_rows_can_be_dealt_again_shuffled_or_at_random() -> None:
    row = "{{dataset: devices.csv, column: {}, deal: {}}}"

    wrapped = ids("{index}{s}", f"s: {row.format('serial', 'wrap')}", count=5)
    shuffled = ids("{s}", f"s: {row.format('serial', 'shuffled')}")
    drawn = ids(
        "{index}/{s}/{p}",
        f"s: {row.format('serial', 'random')}",
        f"p: {row.format('port', 'random')}",
        count=600,
    )

    assert wrapped == ["0A-1", "1A-2", "2A-3", "3A-1", "4A-2"]
    assert sorted(shuffled) == ["A-1", "A-2", "A-3"]
    pairs = [text.split("/")[1:] for text in drawn]
    assert {(s[-1], p[-1]) for s, p in pairs} == {("1", "1"), ("2", "2"), ("3", "3")}
    counts = np.unique([s for s, _ in pairs], return_counts=True)[1]
    assert counts == pytest.approx(200, rel=0.2)


def test_a_row_can_be_found_by_a_key() -> None:
    shown = ids(
        "{index}/{serial}",
        "port: {formula: 7003 - index}",
        "serial: {dataset: devices.csv, column: serial, where: port = port}",
        count=4,
    )

    assert [text.split("/")[1] for text in shown] == ["A-3", "A-2", "A-1", "null"]


def test_a_column_without_doubles_makes_an_id_and_one_with_doubles_is_told() -> None:
    good = document("s: {dataset: devices.csv, column: serial}", id="dev-{s}")
    bad = document("s: {dataset: devices.csv, column: site}", id="dev-{s}")

    def problems(text: str, **datasets: Dataset) -> list[str]:
        checked = check(text, datasets={"devices.csv": DEVICES} if datasets else None)
        return [str(each) for each in checked.problems]

    assert problems(good, d=DEVICES) == []
    assert problems(bad) == []
    assert problems(bad, d=DEVICES) == [
        "id: devices.csv, column 'site': each row needs its own value to be an id, 'tokyo' stands "
        "in rows 1 and 3"
    ]


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("s: {dataset: devices.csv, column: site, deal: random}", "id: needs {index}, or all"),
        ("s: {choice: [a, b]}", "id: needs {index}, or all mocks have the same id"),
        ("s: {uuid: 4, each: reading}", "id: needs {index}, or all mocks have the same id"),
        (
            "s: {dataset: device.csv, column: site}",
            "variables.s: missing dataset 'device.csv'",
        ),
        ("s: {dataset: devices.csv, column: sit}", "variables.s: the dataset 'devices.csv' has no"),
        ("s: {formula: t + 1}", "variables.s: unknown name 't', allowed: index"),
        ("s: {mcc: {}}", "variables.s.mcc: unknown word 'mcc', did you mean 'mac'?"),
        ("s: {mac: {oi: '001B44'}}", "variables.s.mac.oi: unknown word 'oi', did you mean 'oui'?"),
        ("s: {choice: [a], mac: {}}", "variables.s: needs one of them, got choice and mac"),
        ("s: {route: {dataset: a.gpx, speed: 1}}", "variables.s: a variable has one value"),
        (
            "s: {dataset: devices.csv, column: site, where: site}",
            "variables.s.where: needs a column of the file and a name, such as device = id",
        ),
    ],
)
def test_a_variable_that_makes_no_sense_is_refused_at_its_place(variable: str, text: str) -> None:
    checked = check(document(variable, id="{s}"), datasets={"devices.csv": DEVICES})

    assert [str(problem) for problem in checked.problems if str(problem).startswith(text)], [
        str(problem) for problem in checked.problems
    ]


def test_a_variable_reads_only_those_above_it() -> None:
    checked = check(document("a: {formula: b + 1}", "b: {constant: 1}"))

    assert [str(problem) for problem in checked.problems] == [
        "variables.a: 'b' is not drawn yet, a variable reads only those above it"
    ]


def test_a_definition_names_all_datasets_that_it_reads() -> None:
    text = document("s: {dataset: devices.csv, column: serial}") + (
        "metrics: {t: {replay: {dataset: t.csv, column: t}}}\n"
    )

    assert parse(text).datasets == {"devices.csv", "t.csv"}


def test_a_mock_stays_what_it_is_when_the_run_is_cut_into_shards() -> None:
    variables = ("u: {uuid: 4}", "n: {normal: {mean: 5, deviation: 1}}", "s: {serial: 'S####'}")

    whole = ids("{u}/{n}/{s}", *variables, count=14, total=14)
    pieces = [
        each
        for first in range(0, 14, 2)
        for each in ids("{u}/{n}/{s}", *variables, count=2, first=first, total=14)
    ]

    assert pieces == whole
