"""``run --credentials``: the table of a run, whose row is whose, and what is refused before it."""

import re
from argparse import ArgumentParser
from pathlib import Path

import pytest

from simulator.commands import run
from simulator.commands.runs.asked import job_of
from simulator.errors import DefinitionError

SENSOR = 'name: Sensor\nid: "s-{index}"\nmessages: {t: {every: 1s, json: 1}}\n'
LOT = """
parts: [{definition: sensor.yaml, count: 2}]
duration: 10s
target: {url: "mqtt://broker.example", deal: {table: fleet.csv, by: key}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sensor.yaml").write_text(SENSOR)
    (tmp_path / "lot.yaml").write_text(LOT)
    (tmp_path / "fleet.csv").write_text("id,username,password\ns-1,u-1,sesame\ns-0,u-0,mellon\n")
    return tmp_path


def job(folder: Path, file: str, *arguments: str):
    target = ["--target", "mqtt://broker.example", "--duration", "5"] if "lot" not in file else []
    parser = ArgumentParser()
    run.arguments(parser)
    made = job_of(parser.parse_args([str(folder / file), *target, *arguments]))
    made.check()
    return made


def test_a_table_beside_a_definition_is_dealt_in_order(folder: Path) -> None:
    made = job(folder, "sensor.yaml", "--credentials", str(folder / "fleet.csv"), "--mocks", "2")

    assert made.table is not None
    assert made.lot.target.deal.by == "order"
    assert [each.table for each in made.assignments(2)[1]] == [made.table]


def test_a_lot_file_names_its_table_and_an_argument_goes_over_it(folder: Path) -> None:
    (folder / "other.csv").write_text("username\nu\n")
    made = job(folder, "lot.yaml")
    other = job(
        folder, "lot.yaml", "--credentials", str(folder / "other.csv"), "--deal", "round-robin"
    )

    assert (made.table.rows, made.lot.target.deal.by) == (2, "key")
    assert (other.table.rows, other.lot.target.deal.by) == (1, "round_robin")
    assert other.lot.target.deal.table == "other.csv"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--deal", "key"], "--deal belongs to --credentials, which is not given"),
        (["--credentials", "none.csv"], "none.csv: cannot be read: No such file or directory"),
        (["--credentials", "fleet.csv", "--mocks", "3"],
         "Sensor: target.deal: fleet.csv has 2 rows, and 3 mocks need one each"),
        (["--credentials", "fleet.csv", "--mocks", "3", "--deal", "key"],
         "Sensor: target.deal: fleet.csv has no row whose id is 's-2'"),
        (["--credentials", "bad.csv"], "bad.csv: row 2, id: 'a' stands in row 1 too"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_anything_is_sent(
    folder: Path, monkeypatch, arguments: list[str], told: str
) -> None:
    (folder / "bad.csv").write_text("id\na\na\n")
    monkeypatch.chdir(folder)

    with pytest.raises(DefinitionError, match=re.escape(told)):
        job(folder, "sensor.yaml", *arguments)


def test_what_is_wrong_with_all_of_a_table_names_the_file_once(folder: Path) -> None:
    (folder / "fleet.csv").write_text("id,password\n")

    with pytest.raises(DefinitionError) as refused:
        job(folder, "lot.yaml")

    assert str(refused.value).startswith("fleet.csv: there must be a header and rows")
