"""``python -m simulator run`` from its arguments to its exit status, over real sockets."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO
from urllib.request import urlopen

import pyarrow.parquet as pq
import pytest
from workshop.supervisor import Child, free_port

SIMULATOR = (sys.executable, "-m", "simulator")
SENSOR = """
name: Sensor
id: "run-{index}"
messages:
  telemetry: {every: 1s, topic: "run/{id}", qos: 1, json: {seq: "{seq}"}}
"""


def command(folder: Path, *arguments: str) -> list[str]:
    file = folder / "sensor.yaml"
    file.write_text(SENSOR, encoding="utf-8")
    return [*SIMULATOR, "run", str(file), *arguments]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, timeout=300, check=False
    )


def read_until(text: str, lines: IO[str]) -> None:
    """Read the lines of how a run goes, one each 5 s, until one has the text."""
    seen = []
    while text not in (line := lines.readline()):
        seen.append(line)
        assert line, seen


@pytest.mark.parts("mosquitto")
def test_a_run_says_what_was_delivered_and_keeps_the_log(
    mosquitto: tuple[Child, int], tmp_path: Path
) -> None:
    target = f"mqtt://127.0.0.1:{mosquitto[1]}"

    ended = run(
        tmp_path,
        *("--target", target, "--mocks", "20", "--duration", "5", "--rate", "5"),
        *("--log", str(tmp_path / "log"), "--json"),
    )

    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert report["mocks"] == report["connects"] == 20
    assert report["due"] == report["acknowledged"] >= 20
    assert (report["failed"], report["reasons"], report["errors"]) == (0, {}, [])
    assert 0 < report["p50_ms"] <= report["p90_ms"] <= report["p99_ms"] <= report["max_ms"]
    events = pq.read_table(tmp_path / "log")["event"].to_pylist()
    assert events.count("send") == report["due"]


@pytest.mark.parts("mosquitto")
def test_ctrl_c_ends_the_run_in_order_and_sums_up(
    mosquitto: tuple[Child, int], tmp_path: Path
) -> None:
    target = f"mqtt://127.0.0.1:{mosquitto[1]}"
    with subprocess.Popen(
        command(tmp_path, "--target", target, "--mocks", "5", "--duration", "1h"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        read_until("5 of 5 connected", process.stderr)

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)

    assert process.returncode == 0
    assert "ending, once more to abort" in err
    assert out.startswith("5 mocks, ")
    assert "failed 0" in out


def test_a_target_that_nobody_listens_at_is_status_3_with_the_reason(tmp_path: Path) -> None:
    ended = run(tmp_path, "--target", f"mqtt://127.0.0.1:{free_port()}", "--duration", "1")

    assert ended.returncode == 3
    assert "connection refused" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--target", "mqtt://h/x"], "target: MQTT has no path, got /x"),
        (
            ["--target", "gopher://h"],
            "target: must begin with mqtt://, mqtts://, mqtt+ws://, mqtt+wss://, http://",
        ),
        ([], "--target is needed to run a definition"),
        (["--ca", "x"], "--ca belongs to --target, which is not given"),
        (["--target", "mqtt://h", "--workers", "0"], "must be a whole number from 1 to 64, got 0"),
        (["--target", "mqtt://h", "--threshold", "p99 < 1"], "needs a figure"),
        (["--target", "mqtt://h", "--rate", "0"], "must be above 0 to 1000 messages/s, got 0"),
        (["--target", "mqtt://h", "--insecure"], "mqtt:// has no TLS"),
        (["--target", "mqtts://h", "--ca", "/nowhere"], "/nowhere: cannot be read"),
    ],
)
def test_bad_arguments_are_status_2_with_the_reason(
    tmp_path: Path, arguments: list[str], text: str
) -> None:
    ended = run(tmp_path, *arguments, "--duration", "1")

    assert ended.returncode == 2
    assert text in ended.stderr


@pytest.mark.parts("mosquitto")
def test_several_processes_run_a_lot_file_and_sum_up_as_one(
    mosquitto: tuple[Child, int], tmp_path: Path
) -> None:
    file = lot_file(tmp_path, f"mqtt://127.0.0.1:{mosquitto[1]}", "failed <= 0%", "connected >= 40")

    ended = run_file(file, "--workers", "2", "--log", str(tmp_path / "log"), "--json")

    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert report["mocks"] == report["connects"] == 41
    assert report["due"] == report["acknowledged"] >= 41
    assert [each["kept"] for each in report["thresholds"]] == [True, True]
    logged = [
        row for path in (tmp_path / "log").iterdir() for row in pq.read_table(path).to_pylist()
    ]
    senders = [row["mock"] for row in logged if row["event"] == "send"]
    assert len(senders) == report["due"]
    assert set(senders) == set(range(41))


@pytest.mark.parts("mosquitto")
def test_a_threshold_that_is_missed_is_status_1_with_what_was_measured(
    mosquitto: tuple[Child, int], tmp_path: Path
) -> None:
    file = lot_file(tmp_path, f"mqtt://127.0.0.1:{mosquitto[1]}", "failed <= 0%", "connected > 41")

    ended = run_file(file)

    assert ended.returncode == 1
    assert "kept    failed <= 0%: 0%" in ended.stdout
    assert "missed  connected > 41: 41" in ended.stdout


@pytest.mark.parts("mosquitto")
def test_a_process_that_dies_ends_the_run_with_status_1_and_says_which(
    mosquitto: tuple[Child, int], tmp_path: Path
) -> None:
    file = lot_file(tmp_path, f"mqtt://127.0.0.1:{mosquitto[1]}")
    with subprocess.Popen(
        [*SIMULATOR, "run", str(file), "--workers", "2", "--duration", "1h"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        read_until("connected", process.stderr)
        workers = children_of(process.pid)

        os.kill(workers[-1], signal.SIGKILL)
        _, err = process.communicate(timeout=300)

    assert process.returncode == 1
    assert "ended with signal 9" in err
    assert not [pid for pid in workers if is_running(pid)]


@pytest.mark.parts("mosquitto")
def test_prometheus_is_told_of_all_processes_as_one(
    mosquitto: tuple[Child, int], tmp_path: Path
) -> None:
    file = lot_file(tmp_path, f"mqtt://127.0.0.1:{mosquitto[1]}")
    port = free_port()
    with subprocess.Popen(
        [*SIMULATOR, "run", str(file), "--workers=2", "--duration=1h", f"--prometheus={port}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        while "41 of 41 connected" not in (line := process.stderr.readline()):
            assert line, "it ended before all were connected"

        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=120) as answer:
            told = answer.read().decode()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)

    (mocks,) = [line for line in told.splitlines() if 'link="connected"' in line]
    assert mocks.startswith("mocklot_mocks{")
    assert float(mocks.rsplit(" ", 1)[1]) == 41


def lot_file(folder: Path, target: str, *thresholds: str) -> Path:
    """Write a lot of 41 mocks for 6 s."""
    (folder / "sensor.yaml").write_text(SENSOR, encoding="utf-8")
    (folder / "other.yaml").write_text(SENSOR.replace("run-", "other-"), encoding="utf-8")
    parts = [
        {"definition": "sensor.yaml", "count": 40, "rate": 5},
        {"definition": "other.yaml", "count": 1},
    ]
    lot = {"target": target, "duration": "6s", "parts": parts, "thresholds": list(thresholds)}
    path = folder / "lot.yaml"
    path.write_text(json.dumps(lot), encoding="utf-8")
    return path


def run_file(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SIMULATOR, "run", str(file), *arguments],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def children_of(parent: int) -> list[int]:
    """Return the processes that run mocks; the one that tracks shared resources is none."""
    entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    mine = [entry for entry in entries if _parent(entry) == parent]
    return sorted(int(e.name) for e in mine if b"spawn_main" in (e / "cmdline").read_bytes())


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return False


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text("utf-8").rsplit(")", 1)[1].split()[1])
    except (OSError, ValueError):
        return 0
