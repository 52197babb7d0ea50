"""What mocks would send, in virtual time: from the library and from the command line."""

import json
import subprocess
import sys
import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator import Definition, parse, preview, series
from simulator.__main__ import main

DEVICE = """
name: Weather station
id: "w-{index:03d}"
metrics:
  temperature: {unit: "°C", walk: {start: 4, step: 0.2, min: -2, max: 12}}
  door: {pick: [closed, open], order: random}
  power: {formula: "1 / (temperature - temperature)"}
messages:
  weather:
    every: 10s ± 2s
    topic: "w/{id}"
    qos: 1
    json: {at: "{now:iso}", t: "{temperature:.1f}", power: "{power}"}
  report: {every: 1min, path: "/r/{id}", json: "{door}"}
"""

REPLAY = """
name: Replay
id: "r-{index}"
metrics: {t: {replay: {dataset: day.csv, column: t, interval: 1s}}}
messages: {m: {every: 1s, topic: a, json: "{t}"}}
"""


@pytest.fixture(scope="module")
def device() -> Definition:
    return parse(DEVICE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "device.yaml"
    path.write_text(DEVICE, encoding="utf-8")
    return path


def test_messages_come_in_order_of_time(device: Definition) -> None:
    messages = list(preview(device, mocks=20, duration=300.0))

    assert all((a.t, a.mock) < (b.t, b.mock) for a, b in pairwise(messages))
    assert 20 * 5 + 20 * 25 <= len(messages) <= 20 * 6 + 20 * 38
    assert {each.mock for each in messages} == set(range(20))


def test_the_same_seed_gives_the_same_bytes(device: Definition) -> None:
    first, second, other = (
        list(preview(device, mocks=5, duration=100.0, seed=seed)) for seed in (7, 7, 8)
    )

    assert first == second
    assert first != other


def test_a_longer_preview_begins_with_the_shorter_one(device: Definition) -> None:
    short = list(preview(device, mocks=5, duration=100.0))
    long = list(preview(device, mocks=5, duration=5_000.0))

    assert long[: len(short)] == short
    assert long[len(short)].t > 100.0


def test_more_mocks_do_not_change_the_others(device: Definition) -> None:
    few = list(preview(device, mocks=2, duration=100.0))
    many = [each for each in preview(device, mocks=9, duration=100.0) if each.mock < 2]

    assert few == many


def test_a_message_has_the_address_of_its_definition(device: Definition) -> None:
    messages = list(preview(device, duration=100.0))

    addresses = {(each.message, each.topic, each.path, each.qos) for each in messages}
    assert addresses == {("weather", "w/w-000", None, 1), ("report", None, "/r/w-000", 0)}


def test_a_limit_ends_it(device: Definition) -> None:
    assert len(list(preview(device, mocks=1_000, duration=604_800.0, limit=5))) == 5
    assert list(preview(device, duration=100.0, limit=0)) == []


def test_the_first_message_does_not_wait_for_all_that_comes_later() -> None:
    many = "{bulk: {count: 1000, step: 1s, of: '{index}'}}"
    heavy = parse(f"name: x\nid: 'x{{index}}'\nmessages: {{m: {{every: 1ms, json: {many}}}}}")
    tracemalloc.start()

    first = next(preview(heavy, mocks=3, duration=600.0))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert first.t < 0.002
    assert peak < 2_000_000  # bytes; the messages of one second are 6 MB


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"mocks": 0, "duration": 1.0}, "mocks must be from 1 to 50000, got 0"),
        ({"duration": -1.0}, "duration must be from 0 to 604800, got -1"),
        ({"duration": float("nan")}, "duration must be from 0 to 604800, got nan"),
    ],
)
def test_a_number_out_of_range_is_refused(
    device: Definition, numbers: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        preview(device, **numbers)


def test_a_series_shows_every_metric_over_time(device: Definition) -> None:
    values = series(device, duration=600.0, points=61)

    assert list(values) == ["temperature", "door", "power"]
    assert [len(each) for each in values.values()] == [61, 61, 61]
    assert all(-2 <= value <= 12 for value in values["temperature"])
    assert set(values["door"]) == {"closed", "open"}
    assert set(values["power"]) == {None}
    assert values == series(device, duration=600.0, points=61)
    assert values != series(device, duration=600.0, points=61, mock=3)


def test_the_command_prints_one_object_a_line(
    file: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    options = ["--mocks", "3", "--duration", "60", "--seed", "5", "--start", "2026-11-22T20:00:00Z"]

    assert main(["preview", str(file), *options]) == 0

    lines = [json.loads(each) for each in capfdbinary.readouterr().out.splitlines()]
    assert len(lines) > 3 * 5
    weather = next(each for each in lines if each["message"] == "weather")
    assert list(weather) == ["t", "mock", "status", "message", "topic", "qos", "payload"]
    assert weather["payload"]["at"].startswith("2026-11-22T20:00:")
    assert weather["payload"]["power"] is None
    report = next(each for each in lines if each["message"] == "report")
    assert report["path"] == f"/r/w-00{report['mock']}"


def test_a_bad_definition_ends_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(DEVICE.replace("{temperature:.1f}", "{temprature:.1f}"), encoding="utf-8")

    assert main(["preview", str(bad), "--duration", "60"]) == 2

    shown = capsys.readouterr()
    assert f"{bad}: messages.weather.json.t: " in shown.err
    assert "did you mean 'temperature'?" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("--mocks", "0", "must be a whole number from 1 to 50,000, got 0"),
        ("--mocks", "many", "must be a whole number from 1 to 50,000, got many"),
        ("--duration", "0", "must be above 0 s, got '0'"),
        ("--duration", "8d", "must be at most 604,800 s (7d), got 8d"),
        ("--duration", "5 parsecs", "wrong unit 'parsecs'"),
        ("--start", "noon", "needs a time such as 2026-11-22T20:05:54Z, got 'noon'"),
        ("--datasets", "nowhere", "nowhere: cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_option_is_refused_by_name(
    file: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, text: str
) -> None:
    given = {"--duration": "60", option: value}

    try:
        status = main(["preview", str(file), *(each for pair in given.items() for each in pair)])
    except SystemExit as end:  # argparse ends by itself
        status = end.code

    assert status == 2
    assert text in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../day.csv", "x" * 300])
def test_a_dataset_lies_in_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "day.csv").write_text("t\n1\n", encoding="utf-8")
    folder = tmp_path / "devices"
    folder.mkdir()
    file = folder / "device.yaml"
    file.write_text(REPLAY.replace("day.csv", name), encoding="utf-8")

    assert main(["preview", str(file), "--duration", "2"]) == 2
    assert f"{file}: metrics.t.replay: missing dataset" in capsys.readouterr().err


def test_a_dataset_beside_the_definition_is_found_and_its_columns_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "day.csv").write_text("t\n7\n", encoding="utf-8")
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(REPLAY, encoding="utf-8")
    bad.write_text(REPLAY.replace("column: t", "column: tt"), encoding="utf-8")

    assert main(["preview", str(good), "--duration", "1"]) == 0
    assert main(["preview", str(bad), "--duration", "1"]) == 2

    said = capsys.readouterr().err
    assert said == (
        f"{bad}: metrics.t.replay: the dataset 'day.csv' has no column 'tt', did you mean 't'?\n"
    )


def test_a_reader_that_has_seen_enough_ends_it_quietly(file: Path) -> None:
    command = [sys.executable, "-m", "simulator", "preview", str(file)]

    process = subprocess.Popen(
        [*command, "--mocks", "1000", "--duration", "7d"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    first = process.stdout.readline()
    process.stdout.close()

    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 0
    assert json.loads(first)["t"] >= 0
    process.stderr.close()
