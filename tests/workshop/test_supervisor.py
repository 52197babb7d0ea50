"""Nothing stays behind: whatever ends the supervisor, its children and theirs are gone."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from workshop.supervisor import Child, ChildFailed, Supervisor, answers, free_port

BIN = Path(__file__).parent.parent.parent / "bin"
GONE_WITHIN = 60.0  # s from the signal that ends a process to its end, on a busy machine
LISTEN = """
    import socket, sys, time
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    while True:
        server.accept()[0].close()
"""
PARENT = """
    import subprocess, sys
    subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]]).wait()
"""
SUPERVISE = """
    import signal, sys, time
    from pathlib import Path
    from workshop.supervisor import Child, Supervisor, answers
    def interrupt(*_): raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)  # a shell lets what it runs aside ignore it
    port = int(sys.argv[1])
    with Supervisor(logs=Path(sys.argv[2])) as supervisor:
        command = [sys.executable, "-c", sys.argv[3], str(port), sys.argv[4]]
        supervisor.start(Child(name="child", command=command, ready=lambda: answers(port)))
        print("ready", flush=True)
        while supervisor.crashed() is None:
            time.sleep(0.02)
"""


def code(text: str) -> str:
    return textwrap.dedent(text)


def listener(port: int, *, name: str = "listener") -> Child:
    command = [sys.executable, "-c", code(LISTEN), str(port)]
    return Child(name=name, command=command, ready=lambda: answers(port))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_grandchild_behind(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-c", code(SUPERVISE), str(port), str(tmp_path)]
    supervised = subprocess.Popen(
        [*command, code(PARENT), code(LISTEN)],
        env={**os.environ, "PYTHONPATH": str(BIN)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert supervised.stdout is not None
    assert supervised.stdout.readline() == b"ready\n"

    supervised.send_signal(number)
    supervised.communicate(timeout=120)

    assert is_silent(port)


def is_silent(port: int) -> bool:
    """Whether nobody listens there any more: a grandchild that was told to may take a moment."""
    deadline = time.monotonic() + GONE_WITHIN
    while is_open := answers(port):
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return not is_open


def test_a_child_that_ends_is_noticed_and_the_others_are_ended(tmp_path: Path) -> None:
    first, second = free_port(), free_port()

    with Supervisor(logs=tmp_path) as supervisor:
        supervisor.start(listener(first, name="first"))
        dead = supervisor.start(listener(second, name="second"))
        assert supervisor.crashed() is None
        assert dead.process is not None
        dead.process.kill()
        dead.process.wait(60)

        assert supervisor.crashed() is dead

    assert not answers(first)


def test_a_child_that_does_not_start_says_why(tmp_path: Path) -> None:
    child = Child(
        name="broken",
        command=[sys.executable, "-c", "raise SystemExit('no such port')"],
        ready=lambda: False,
    )

    with (
        Supervisor(logs=tmp_path) as supervisor,
        pytest.raises(ChildFailed, match="broken ended at its start\nno such port"),
    ):
        supervisor.start(child)


def test_a_stopped_child_is_no_crash(tmp_path: Path) -> None:
    port = free_port()

    with Supervisor(logs=tmp_path) as supervisor:
        child = supervisor.start(listener(port))
        supervisor.stop(child)

        assert supervisor.crashed() is None
        assert not answers(port)


def test_no_port_is_given_out_twice() -> None:
    ports = [free_port() for _ in range(300)]  # the same by chance, seven times of eight

    assert len(set(ports)) == 300


def test_a_port_that_another_process_has_is_replaced_before_it_listens() -> None:
    port = free_port()
    draw = f"from workshop import supervisor; print(supervisor.free_port({port}))"

    done = subprocess.run(
        [sys.executable, "-c", draw],
        env={**os.environ, "PYTHONPATH": str(BIN)},  # its temporary folder has the locks
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert int(done.stdout) != port


def test_a_port_that_is_taken_is_replaced() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", code(LISTEN), str(port := free_port())],
    ) as process:
        while not answers(port):
            assert process.poll() is None

        other = free_port(port)

        process.kill()
    assert other != port
