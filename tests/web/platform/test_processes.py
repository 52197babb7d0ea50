"""Queues, workers, their supervision, and the clock, as real processes with a real Redis."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from tests.web.platform.draining import drain
from web.mail import jobs
from web.platform import clock, queues
from web.platform.models import Heartbeat
from web.platform.supervision import FIRST_PAUSE, LONGEST_PAUSE, Child, rest

ROOT = Path(__file__).parent.parent.parent.parent
LIMIT = 120.0  # s that any process here may take


class Process:
    """A child whose output is read line by line, with a limit on the wait."""

    def __init__(self, *command: str, **variables: str) -> None:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables}
        self.child = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**environment, "SECRET_KEY": "k", "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.seen = b""

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        self.child.stdout.close()

    def wait_for(self, text: str) -> None:
        """Read on until ``text`` came; everything before it is forgotten."""
        deadline = monotonic() + LIMIT
        while text.encode() not in self.seen:
            ready, _, _ = select.select([self.child.stdout], [], [], deadline - monotonic())
            data = os.read(self.child.stdout.fileno(), 65536) if ready else b""
            assert data, f"{text!r} never came: {self.seen.decode()[-2000:]}"
            self.seen += data
        self.seen = self.seen.partition(text.encode())[2]

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(LIMIT)


def test_an_unknown_queue_is_refused_by_name():
    with pytest.raises(
        ValueError, match="queue must be one of towers, reports, mail, drains, notices, got 'x'"
    ):
        queues.queue("x")


def test_a_queue_that_does_not_answer_is_said(no_redis):
    with pytest.raises(queues.QueueUnavailable, match="Redis does not answer"):
        queues.enqueue("mail", jobs.send, "x")


def test_a_queue_that_does_not_answer_does_not_fail_the_transaction(
    no_redis, django_capture_on_commit_callbacks, db
):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        queues.enqueue_on_commit("mail", jobs.send, "x")

    assert len(callbacks) == 1


@pytest.mark.parts("redis")
def test_a_job_is_queued_when_the_transaction_commits(
    real_redis, django_capture_on_commit_callbacks, db
):
    with django_capture_on_commit_callbacks(execute=True):
        queues.enqueue_on_commit("mail", jobs.send, "some-code")
        assert queues.queue("mail").count == 0

    (job,) = queues.queue("mail").jobs
    assert (job.func_name, job.args) == ("web.mail.jobs.send", ("some-code",))


@pytest.mark.parts("redis")
def test_a_job_that_drains_is_let_to_its_end_by_repeated_signals(real_redis, tmp_path):
    variables = {"REDIS_URL": real_redis, "RUN_DIR": str(tmp_path)}
    with Process("manage.py", "work", "towers", "mail", **variables) as process:
        process.wait_for("Listening on")
        process.wait_for("Listening on")
        queues.enqueue("towers", drain, str(tmp_path), timeout=-1)
        process.wait_for("job waits")

        for said in ("draining", "still draining", "still draining"):
            os.killpg(process.child.pid, signal.SIGTERM)
            process.wait_for(said)
        (tmp_path / "go-on").touch()

        assert process.child.wait(LIMIT) == 0
    assert (tmp_path / "signals").read_text() == "told"


@pytest.mark.parts("redis")
def test_workers_end_with_a_supervisor_that_is_killed(real_redis, tmp_path):
    variables = {"REDIS_URL": real_redis, "RUN_DIR": str(tmp_path)}
    with Process("manage.py", "work", "mail", **variables) as process:
        process.wait_for("Listening on")

        process.child.kill()

        # The pipe closes when the last process that holds it is gone.
        deadline = monotonic() + LIMIT
        while os.read(process.child.stdout.fileno(), 65536):
            assert monotonic() < deadline


def test_a_child_that_keeps_ending_is_started_again_with_longer_pauses():
    child = Child("mail", lambda: None, pid=1)
    pauses = []
    for moment in range(10):
        rest(child, float(moment))
        pauses.append(child.again - moment)

    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_tick_keeps_to_its_grid_and_does_not_make_up_for_what_it_missed():
    tick = clock.Tick("x", lambda: None, every=10.0)

    moments = (100.0, 105.0, 111.0, 119.9, 147.0, 149.0, 150.0)
    calls = [now for now in moments if clock.take_due([tick], now)]

    assert calls == [100.0, 111.0, 147.0, 150.0]


@pytest.mark.django_db
def test_a_tick_that_fails_does_not_stop_the_others(caplog):
    stopping = Event()
    called = []

    def fail() -> None:
        raise RuntimeError("oops")

    ticks = [
        clock.Tick("bad", fail, every=10.0),
        clock.Tick("good", lambda: called.append(1), every=10.0),
        clock.Tick("last", stopping.set, every=10.0),
    ]
    clock.run(ticks, stopping)

    assert called == [1]
    assert "tick failed" in caplog.text


@pytest.mark.django_db
def test_a_beat_is_one_row():
    clock.beat()
    clock.beat()

    assert Heartbeat.objects.get().name == "clock"


def test_every_tick_of_the_timetable_exists():
    for tick in clock.timetable():
        assert callable(tick.call)
        assert tick.every >= 1


def test_the_clock_outlives_failing_ticks_and_ends_on_a_signal(tmp_path):
    # The database has no tables yet, as between two releases: every tick fails.
    variables = {"RUN_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1/0"}
    with Process("manage.py", "clock", **variables) as process:
        process.wait_for("tick failed")
        process.wait_for("tick failed")

        assert process.stop() == 0
