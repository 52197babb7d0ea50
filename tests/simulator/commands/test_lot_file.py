"""A lot in a file: what is read, what fills it in, and what is refused at its line."""

from pathlib import Path

import pytest

from simulator.commands.runs.lot_file import is_lot, read_lot
from simulator.errors import DefinitionError

SENSOR = """
name: Sensor
id: "{kind}-{index}"
variables: {kind: {choice: [s]}}
messages: {telemetry: {every: 1s, topic: "t/{id}", json: {seq: "{seq}"}}}
"""
LOT = """\
name: Night shift
target: {url: "mqtts://van:${LOT_PASSWORD}@broker.example", keep_alive: 30}
duration: 5min
seed: 7
parts:
  - {definition: sensor.yaml, count: 300, rate: 5}
  - {definition: others/sensor.yaml, count: 20, name: Others}
thresholds: ["latency p99 < 200ms", "failed <= 0.1%"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOT_PASSWORD", "p%40ss")
    (tmp_path / "others").mkdir()
    (tmp_path / "sensor.yaml").write_text(SENSOR, "utf-8")
    (tmp_path / "others" / "sensor.yaml").write_text(SENSOR.replace("[s]", "[o]"), "utf-8")
    return tmp_path


def lot_in(folder: Path, text: str) -> Path:
    path = folder / "lot.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_lot_has_parts_target_timetable_and_thresholds(folder: Path) -> None:
    job = read_lot(lot_in(folder, LOT), None, {})

    lot = job.lot
    assert (lot.name, lot.seed, lot.duration, lot.mocks) == ("Night shift", 7, 300.0, 320)
    assert [(part.name, part.first, part.count, part.rate) for part in lot.parts] == [
        ("Sensor", 0, 300, 5.0),
        ("Others", 300, 20, None),
    ]
    assert (lot.target.protocol, lot.target.address) == ("mqtt", "broker.example:8883")
    assert lot.target.model_dump()["keep_alive"] == 30
    assert [str(each) for each in lot.thresholds] == ["latency p99 < 200ms", "failed <= 0.1%"]


def test_secrets_come_from_the_environment_and_stay_out_of_the_lot(folder: Path) -> None:
    job = read_lot(lot_in(folder, LOT), None, {})

    assert (job.secrets.username, job.secrets.password) == ("van", "p@ss")
    assert "p@ss" not in job.lot.model_dump_json()
    assert "p@ss" not in repr(job)


def test_secrets_of_their_own_go_over_those_of_the_address(folder: Path) -> None:
    text = LOT + 'secrets: {password: "${LOT_PASSWORD}", token: abc}\n'

    secrets = read_lot(lot_in(folder, text), None, {}).secrets

    assert (secrets.username, secrets.password, secrets.token) == ("van", "p%40ss", "abc")


def test_what_the_command_line_says_goes_over_the_file(folder: Path) -> None:
    lot = read_lot(lot_in(folder, LOT), None, {"duration": 9.0, "seed": 1}).lot

    assert (lot.duration, lot.seed, lot.mocks) == (9.0, 1, 320)


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("duration: 5min", "duration: 5 parsecs", ":3: duration: wrong unit 'parsecs'"),
        ("seed: 7", "sed: 7", ":4: sed: unknown word 'sed', did you mean 'seed'?"),
        ("seed: 7", "version: 2", ":4: version: unknown word 'version'"),
        ("count: 300", "count: 0", ":6: parts[0].count: must be at least 1, got 0"),
        ("rate: 5", "rat: 5", ":6: parts[0].rat: unknown word 'rat', did you mean 'rate'?"),
        ("sensor.yaml, count: 300", "no.yaml, count: 300", "no.yaml: cannot be read"),
        ("${LOT_PASSWORD}", "${LOT_SECRET}", ":2: target.url: the environment has no variable"),
        ("mqtts://", "gopher://", ":2: target: must begin with mqtt://"),
        ("keep_alive: 30", "keep_alive: 1", "target.keep_alive: must be at least 5, got 1"),
        ("failed <= 0.1%", "failed <= 0.1s", ":8: thresholds[1]: failed takes % or nothing"),
        ("parts:", "parts: []\nx:", "parts: needs a list of definitions"),
        ("seed: 7", "faults: [{fault: dropp}]", ":4: faults[0]: 'fault' must be 'drop', "),
        ("seed: 7", "faults: [{fault: dropp}]", "got 'dropp', did you mean 'drop'?"),
        ("seed: 7", "faults: [{name: x}]", ":4: faults[0]: 'fault' is missing"),
        ("seed: 7", "faults: [drop]", ":4: faults[0]: needs a mapping, got 'drop'"),
    ],
)
def test_a_mistake_is_told_at_its_line(folder: Path, old: str, new: str, refusal: str) -> None:
    assert old in LOT
    with pytest.raises(DefinitionError) as refused:
        read_lot(lot_in(folder, LOT.replace(old, new)), None, {})

    assert refusal in str(refused.value)


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    text = LOT.replace("5min", "5x").replace("rate: 5", "rat: 5").replace("[s]", "[")

    with pytest.raises(DefinitionError) as refused:
        read_lot(lot_in(folder, text), None, {})

    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ("[hunter2]", "needs a text; or needs a mapping"),
        ("1234567", "needs a text; or needs a mapping"),
        ("{kind: hunter2}", "'kind' must be 'text', 'hmac', 'jwt', 'sas'"),
        ("{key: hunter2}", "'kind' is missing"),
        ("{kind: sas, key: k, lifetime: hunter2}", "needs a number"),
        ("{kind: jwt, key: k, algorithm: hunter2}", "must be 'HS256', 'HS384', 'HS512'"),
    ],
)
def test_no_text_of_an_error_shows_a_secret(folder: Path, password: str, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_lot(lot_in(folder, LOT + f"secrets: {{password: {password}}}\n"), None, {})

    assert str(refused.value).count("secrets.password") == 1
    assert text in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert "1234567" not in str(refused.value)


def test_a_target_goes_on_with_the_words_of_its_address(folder: Path) -> None:
    url = "mqtt+ws://broker.example/in?key=7"
    text = LOT.replace("mqtts://van:${LOT_PASSWORD}@broker.example", url)

    lot = read_lot(
        lot_in(folder, text.replace("keep_alive: 30", "websocket: {subprotocol: x}")), None, {}
    ).lot

    assert lot.target.websocket is not None
    assert (lot.target.websocket.path, lot.target.websocket.subprotocol) == ("/in?key=7", "x")


def test_a_lot_is_told_from_a_definition_by_its_parts(folder: Path) -> None:
    assert is_lot(lot_in(folder, LOT))
    assert not is_lot(folder / "sensor.yaml")
    assert not is_lot(lot_in(folder, "parts: ["))
