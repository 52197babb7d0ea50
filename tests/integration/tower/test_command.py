"""``python -m simulator run`` from its arguments to its exit status, over real sockets."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from workshop.supervisor import Child, free_port

SENSOR = """
name: Sensor
id: "run-{index}"
messages:
  telemetry: {every: 1s, topic: "run/{id}", qos: 1, json: {seq: "{seq}"}}
"""


def command(folder: Path, *arguments: str) -> list[str]:
    file = folder / "sensor.yaml"
    file.write_text(SENSOR, encoding="utf-8")
    return [sys.executable, "-m", "simulator", "run", str(file), *arguments]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parts("mosquitto")
def test_a_run_says_what_was_delivered_and_keeps_the_log(
    mosquitto: tuple[Child, int], tmp_path: Path
) -> None:
    target = f"mqtt://127.0.0.1:{mosquitto[1]}"

    ended = run(
        tmp_path,
        *("--target", target, "--mocks", "20", "--duration", "2", "--rate", "5"),
        *("--log", str(tmp_path / "log"), "--json"),
    )

    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert report["mocks"] == report["connects"] == 20
    assert report["due"] == report["acknowledged"] > 150
    assert (report["failed"], report["reasons"], report["errors"]) == (0, {}, [])
    assert 0 < report["p50_ms"] <= report["p90_ms"] <= report["p99_ms"] <= report["max_ms"]
    (file,) = (tmp_path / "log").iterdir()
    events = pq.read_table(file)["event"].to_pylist()
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
        assert "5 of 5 connected" in process.stderr.readline()  # written after 5 s

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

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
        (["--target", "coap://h"], "target: must begin with mqtt://, mqtts://, http://, https://"),
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
