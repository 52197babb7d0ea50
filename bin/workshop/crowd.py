"""Signals to every process of a dyno, as a platform sends them."""

import os
import signal
from pathlib import Path

from workshop.supervisor import END_WITHIN, Child


def pids_of(child: Child) -> list[int]:
    """Return every process of a child's session: the supervisor, RQ's workers and their jobs."""
    if child.process is None:
        return []
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and _session_of(entry) == child.process.pid:
            found.append(int(entry.name))
    return found


def _session_of(entry: Path) -> int:
    """Return a process's session (proc(5), the sixth field of ``stat``); 0 when it is gone."""
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[3])


def send_all(child: Child, number: signal.Signals) -> None:
    """Send a signal to each of them."""
    for pid in pids_of(child):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def kill_all(child: Child) -> None:
    """Kill each of them, and forget the first."""
    send_all(child, signal.SIGKILL)
    if child.process is not None:
        child.process.wait(END_WITHIN)
