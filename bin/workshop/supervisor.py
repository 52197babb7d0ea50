"""Starts child processes, notices when one crashes, and ends them all: none is left behind.

Rule: each child leads its own process group, so that what it started itself is ended with it; on
Linux the kernel ends it even when this process is killed outright.
"""

import contextlib
import ctypes
import fcntl
import functools
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

END_WITHIN = 25.0  # s between SIGTERM and SIGKILL: a tower drains for up to 20 s
READY_WITHIN = 120.0  # s for a child to answer, on a busy machine too
OWN_PORTS = (10_000, 32_000)  # Linux gives out 32768 and up, macOS 49152 and up
PORT_TRIES = 100
DRAWN: set[int] = set()  # ports that this process gave out
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class ChildFailed(Exception):
    """A child did not start, or ended when it should not have; the text has its last lines."""


@dataclass(kw_only=True)
class Child:
    """A program to run: ``ready`` tells when it answers, ``user`` whom it runs as (root only).

    ``is_bare``: it has no other variables than those of ``environment``.
    """

    name: str
    command: Sequence[str | Path]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_bare: bool = False
    user: str | None = None
    folder: Path | None = None
    end_with: signal.Signals = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = None


class Supervisor:
    """Holds the children; use it as a context, which ends them in the reverse order."""

    def __init__(self, *, logs: Path) -> None:
        self.logs = logs
        self.children: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self, child: Child) -> Child:
        """Start ``child`` and wait until it is ready.

        Raises:
            ChildFailed: It ended, or did not answer within 120 s.
        """
        self.launch(child)
        self.wait(child)
        return child

    def launch(self, child: Child) -> None:
        """Start ``child`` without waiting; call ``wait`` before it is used."""
        # A log that began with another user's file could not be written: the shell opens it.
        with self.log(child).open("ab") as log:
            child.process = subprocess.Popen(
                [str(part) for part in child.command],
                env={**({} if child.is_bare else os.environ), **child.environment},
                cwd=child.folder,
                user=child.user,
                group=child.user and group_of(child.user),
                extra_groups=[] if child.user else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        if child not in self.children:
            self.children.append(child)

    def wait(self, child: Child) -> None:
        """Wait until ``child`` answers, at most 120 s."""
        deadline = time.monotonic() + READY_WITHIN
        while not child.ready():
            if child.process is None or child.process.poll() is not None:
                raise ChildFailed(f"{child.name} ended at its start\n{self.last_lines(child)}")
            if time.monotonic() > deadline:
                raise ChildFailed(f"{child.name} did not answer\n{self.last_lines(child)}")
            time.sleep(0.03)

    def crashed(self) -> Child | None:
        """Return a child that has ended by itself, if there is one."""
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                return child
        return None

    def stop(self, child: Child) -> None:
        """End one child and what it started."""
        end([child])
        self.children.remove(child)

    def end(self) -> None:
        """End all children, last started first: workers before the servers that they use."""
        for child in reversed(self.children):
            signal_group(child, child.end_with)
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(END_WITHIN)
        end(self.children)
        self.children.clear()

    def log(self, child: Child) -> Path:
        return self.logs / f"{child.name}.log"

    def last_lines(self, child: Child, count: int = 15) -> str:
        """Return the end of what ``child`` printed."""
        with contextlib.suppress(OSError):
            lines = self.log(child).read_text(errors="replace").splitlines()
            return "\n".join(lines[-count:])
        return ""


def end(children: Sequence[Child]) -> None:
    """Ask politely, wait, then kill the whole groups."""
    for child in children:
        signal_group(child, child.end_with)
    deadline = time.monotonic() + END_WITHIN
    for child in children:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
        signal_group(child, signal.SIGKILL)


def signal_group(child: Child, number: signal.Signals) -> None:
    if child.process is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, number)
        if number is signal.SIGKILL:
            child.process.wait(END_WITHIN)


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def group_of(user: str) -> int:
    import pwd  # noqa: PLC0415  # not on every system

    return pwd.getpwnam(user).pw_gid


def free_port(preferred: int = 0) -> int:
    """Return ``preferred`` when nothing listens there, else any free port of 127.0.0.1.

    Below the range from which the system itself gives ports, and never one that was given out
    before, here or by another process that still runs: a server that begins later, or is stopped
    for a while, finds its port free, whatever connects or is started meanwhile.
    """
    drawn = (random.randrange(*OWN_PORTS) for _ in range(PORT_TRIES))
    for port in filter(None, (preferred, *(port for port in drawn if port not in DRAWN))):
        if hold(port) and is_free(port):
            DRAWN.add(port)
            return port
    raise ChildFailed(f"no free port among {PORT_TRIES} from {OWN_PORTS[0]} to {OWN_PORTS[1]}")


def hold(port: int) -> bool:
    """Keep ``port`` from this user's other processes until this one ends, unless one has it."""
    with contextlib.suppress(OSError):
        fcntl.lockf(port_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        return True
    return False


@functools.cache
def port_locks() -> int:
    """Open the file in which the byte at the place of a port is locked by who has that port."""
    path = Path(tempfile.gettempdir()) / f"mocklot-ports-{os.getuid()}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def is_free(port: int) -> bool:
    """Return whether a server could listen on ``port`` of 127.0.0.1."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def answers(port: int) -> bool:
    """Return whether something accepts connections on ``port`` of 127.0.0.1."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
