"""Dynos: processes of the Procfile, started from a slug, replaced by a release, told to end.

Rule: a dyno that is to end gets SIGTERM in all of its processes, repeatedly, and SIGKILL after
30 s; its successor starts at once, so both overlap. The console's is up before the old one is told
to end (the platform's preboot).
"""

import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from workshop import stack
from workshop.crowd import kill_all, pids_of, send_all
from workshop.rehearsal.addons import Addons
from workshop.rehearsal.slug import Slug
from workshop.supervisor import Child, Supervisor, answers, free_port

GRACE = 30.0  # s from SIGTERM to SIGKILL
REPEAT = 3.0  # s between two SIGTERM
OPEN_FILES = 10_000  # of a process
CONCURRENCY = 2  # processes of the console on the smallest dyno
RUN_WITHIN = 600.0  # s for a one-off dyno; the platform allows the release phase an hour
LISTENS = "Listening on towers"  # what a worker's log says when it takes jobs


class RunFailed(Exception):
    """A one-off dyno ended with an error; the text has what it printed last."""


@dataclass
class Dynos:
    """The running application. ``children`` by the platform's name of the dyno: ``worker.2``.

    ``ended`` are (name, seconds from SIGTERM to its last process's end); ``killed`` those that
    took longer than 30 s.
    """

    supervisor: Supervisor
    addons: Addons
    slug: Slug
    release: int = 0
    children: dict[str, Child] = field(default_factory=dict)
    ended: list[tuple[str, float]] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    runs: int = 0

    def environment(self, name: str, port: int = 0) -> dict[str, str]:
        """Return every variable that a dyno of this release has."""
        return {
            **self.addons.config,
            "PATH": self.slug.packages.paths,
            "HOME": str(self.slug.folder),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "DYNO": name,
            "WEB_CONCURRENCY": str(CONCURRENCY),
            "HEROKU_RELEASE_VERSION": f"v{self.release}",
            "HEROKU_SLUG_COMMIT": self.slug.commit,
            **({"PORT": str(port)} if port else {}),
        }

    def begin_release(self, slug: Slug) -> None:
        """Run the release phase of a build; its dynos start from then on.

        Raises:
            RunFailed: It failed; the platform would go on with the old release.
        """
        self.slug, self.release = slug, self.release + 1
        self.run(stack.processes(slug.folder / "Procfile")["release"], name="release")

    def run(self, command: Iterable[str], *, name: str = "run") -> str:
        """Run a command in a one-off dyno; return what it printed. Its output is kept as a log."""
        self.runs += 1
        done = subprocess.run(
            ["/usr/bin/env", *command],
            env=self.environment(f"{name}.{self.runs}"),
            cwd=self.slug.folder,
            capture_output=True,
            text=True,
            timeout=RUN_WITHIN,
            check=False,
        )
        log = self.supervisor.logs / f"{name}.{self.runs}.log"
        log.write_text(done.stdout + done.stderr)
        if done.returncode != 0:
            raise RunFailed(f"{shlex.join(command)} failed\n{log.read_text()[-4000:]}")
        return done.stdout

    def launch(self, name: str) -> Child:
        """Start a dyno without waiting; call ``await_up`` before it is counted on."""
        kind = name.partition(".")[0]
        port = free_port() if kind == "web" else 0
        child = Child(
            name=f"{name}.v{self.release}",
            command=limited(stack.processes(self.slug.folder / "Procfile")[kind]),
            environment=self.environment(name, port),
            is_bare=True,
            folder=self.slug.folder,
            ready=lambda: True,
        )
        if kind == "web":
            child.ready = lambda: answers(port)
        elif kind == "worker":
            child.ready = lambda: LISTENS in text_of(self.supervisor.log(child))
        self.supervisor.launch(child)
        return child

    def scale_out(self, *names: str) -> None:
        """Start dynos, wait until they are up, and send requests to those of the console."""
        started = {name: self.launch(name) for name in names}
        for name, child in started.items():
            self.supervisor.wait(child)
            self._takes_over(name, child)

    def replace_all(self) -> None:
        """Put a dyno of this release in the place of each, old and new overlapping."""
        old = dict(self.children)
        for name in old:
            if name.startswith("web."):
                self.scale_out(name)
        others = {name: self.launch(name) for name in old if not name.startswith("web.")}
        self.children |= others
        self._end(old)
        for child in others.values():
            self.supervisor.wait(child)

    def scale_in(self, *names: str) -> None:
        """End dynos."""
        self._end({name: self.children.pop(name) for name in names})

    def _takes_over(self, name: str, child: Child) -> None:
        self.children[name] = child
        if name.startswith("web."):
            port = int(child.environment["PORT"])
            self.addons.edge.router.dynos = {**self.addons.edge.router.dynos, name: port}

    def _end(self, dynos: dict[str, Child]) -> None:
        """Tell all to end at once, as the platform does, and wait for the last of them."""
        began = time.monotonic()
        remind = began
        left = dict(dynos)
        while left and time.monotonic() < began + GRACE:
            if time.monotonic() >= remind:
                for child in left.values():
                    send_all(child, signal.SIGTERM)
                remind += REPEAT
            for name, child in list(left.items()):
                if has_ended(child):
                    self.ended.append((name, time.monotonic() - began))
                    del left[name]
            time.sleep(0.1)
        for name, child in left.items():
            self.killed.append(name)
            kill_all(child)
        for child in dynos.values():
            self.supervisor.stop(child)

    def end(self) -> None:
        """End the whole application."""
        self.scale_in(*list(self.children))


def has_ended(child: Child) -> bool:
    """Return whether no process of a dyno is left; the first one is waited for."""
    gone = child.process is None or child.process.poll() is not None
    return gone and not pids_of(child)


def limited(command: list[str]) -> list[str]:
    """Return the command with as many open files as a dyno's processes may have."""
    if shutil.which("prlimit"):
        return ["prlimit", f"--nofile={OPEN_FILES}:{OPEN_FILES}", *command]
    return command


def text_of(log: Path) -> str:
    return log.read_text(errors="replace") if log.exists() else ""
