"""Servers of a contest, each alone on its core where the machine has two.

Rule: on a free port of 127.0.0.1; ended with the contest.
"""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho

from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import Broker
from tests.integration.transports.nginx import Nginx

RECEIVED = "$SYS/broker/publish/messages/received"
COUNTED_WITHIN = 5.0  # s
LIMITS = ("max_queued_messages 0", "max_inflight_messages 1000", "sys_interval 1")
CORES = sorted(os.sched_getaffinity(0))
OURS, THEIRS = {CORES[0]}, {CORES[-1]}  # the contestant's core, the server's


class Mosquitto:
    """A Mosquitto that drops nothing and counts each second; ``target`` is how to reach it."""

    def __init__(self, folder: Path, *, tls: bool = False) -> None:
        lines = ["allow_anonymous true", *LIMITS]
        self.target: dict[str, Any] = {"protocol": "mqtt", "host": "127.0.0.1"}
        if tls:
            authority = Authority()
            certificate, key = authority.issue(folder)
            lines += [f"certfile {certificate}", f"keyfile {key}"]
            self.target["tls"] = {"ca": authority.pem}
        self._broker = Broker(folder, *lines)
        self.port = self.target["port"] = self._broker.port

    @property
    def pid(self) -> int:
        assert self._broker.process
        return self._broker.process.pid

    def received(self) -> int:
        """Return how many messages it says that it received, two of its seconds from now."""
        values: list[int] = []
        enough = threading.Event()

        def take(_client: Any, _data: Any, message: paho.MQTTMessage) -> None:
            values.append(int(message.payload))
            if len(values) > 2:  # the first is what it retained
                enough.set()

        client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        client.on_message = take
        client.on_connect = lambda *_: client.subscribe(RECEIVED)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        enough.wait(COUNTED_WITHIN)
        client.disconnect()
        client.loop_stop()
        return values[-1] if values else 0

    def stop(self) -> None:
        self._broker.stop()


@contextmanager
def brokers(
    count: int = 1, *, tls: bool = False, is_pinned: bool = True
) -> Iterator[list[Mosquitto]]:
    """Brokers for the length of the block."""
    with ExitStack() as stack:
        made = []
        for _ in range(count):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            made.append(Mosquitto(folder, tls=tls))
            stack.callback(made[-1].stop)
            if is_pinned:
                os.sched_setaffinity(made[-1].pid, THEIRS)
        yield made


@contextmanager
def nginx() -> Iterator[int]:
    """An nginx that answers every request with 204; its port."""
    with tempfile.TemporaryDirectory() as folder:
        server = Nginx(Path(folder), "location / { return 204; }")
        os.sched_setaffinity(server.process.pid, THEIRS)
        try:
            yield server.port
        finally:
            server.stop()


def program(name: str) -> str | None:
    """Return where a program of the system is, or None."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def started(command: list[str], *, is_pinned: bool = True, **more: Any) -> subprocess.Popen[str]:
    """Start a contestant, on its core unless it is to have all."""
    pin = partial(os.sched_setaffinity, 0, OURS) if is_pinned else None
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=pin,  # noqa: PLW1509 - nothing else runs in this process
        **more,
    )
