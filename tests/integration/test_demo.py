"""bin/demo as it is started by people, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
WITHIN = 400.0  # s for the whole demo on a busy machine
GONE_WITHIN = 60.0  # s from the signal that ends a process to its end, on such a machine

pytestmark = pytest.mark.parts("redis", "s3")


def demo(folder: Path, *options: str) -> "subprocess.Popen[str]":
    # Two that begin at once would both find a usual port free, and then share it.
    command = [sys.executable, "bin/demo", "--any-ports", "--folder", str(folder), *options]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of all processes that were told of the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            environment = (entry / "environ").read_bytes()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in environment + command:
            found.append(command.replace(b"\0", b" ").decode())
    return found


def left_behind(folder: Path) -> list[str]:
    """Return the command lines of those that do not end: who was killed may take a moment."""
    deadline = time.monotonic() + GONE_WITHIN
    while (found := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_all_counts_agree_and_nothing_stays_behind(tmp_path: Path) -> None:
    started = demo(tmp_path, "--exit", "--mocks", "40", "--seconds", "4", "--rate", "2")

    output, complaints = started.communicate(timeout=WITHIN)

    assert started.returncode == 0, complaints
    result = json.loads(output.splitlines()[-1])
    assert result["ok"] is True
    assert (result["missing"], result["duplicates"], result["failed"]) == (0, 0, 0)
    assert result["mocks"] == 140
    assert result["sent"] == result["acknowledged"] == result["received"] == result["csv_rows"]
    assert result["sent"] > 0
    assert left_behind(tmp_path) == []


def test_a_signal_in_the_middle_leaves_nothing_behind_and_frees_the_folder(tmp_path: Path) -> None:
    started = demo(tmp_path, "--exit", "--mocks", "40", "--seconds", "900")
    assert started.stderr is not None
    while "connected" not in (line := started.stderr.readline()):
        assert line, "it ended before it began"
    second = demo(tmp_path, "--exit")
    _, complaints = second.communicate(timeout=WITHIN)

    started.send_signal(signal.SIGTERM)
    started.communicate(timeout=WITHIN)

    assert second.returncode == 1
    assert "another bin/demo is running" in complaints
    assert started.returncode == 130
    assert left_behind(tmp_path) == []


def test_a_crash_of_a_child_ends_everything_and_says_which(tmp_path: Path) -> None:
    started = demo(tmp_path, "--exit", "--mocks", "40", "--seconds", "900")
    assert started.stderr is not None
    while "connected" not in (line := started.stderr.readline()):
        assert line, "it ended before it began"

    os.kill(clock_of(tmp_path), signal.SIGKILL)
    _, complaints = started.communicate(timeout=WITHIN)

    assert started.returncode == 1
    assert "clock ended unexpectedly" in complaints
    assert left_behind(tmp_path) == []


def clock_of(folder: Path) -> int:
    """Return the process of the demo's clock."""
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"clock" in command and os.fsencode(folder) in environment:
            return int(entry.name)
    raise AssertionError("no clock is running")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--mocks", "0"], "--mocks must be 1 to 50000"),
        (["--mocks", "many"], "invalid int value: 'many'"),
        (["--rate", "0"], "--rate must be above 0"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    tmp_path: Path, options: list[str], text: str
) -> None:
    started = demo(tmp_path, *options)

    _, complaints = started.communicate(timeout=WITHIN)

    assert started.returncode == 2
    assert text in complaints
