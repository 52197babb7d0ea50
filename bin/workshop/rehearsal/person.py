"""The main job as a person does it: an account, a definition, a target, a lot, a run, a report.

Rule: forms and pages alone, through the router, by TLS.
"""

import re
import ssl
import threading
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workshop.console import Console, Unexpected

EMAIL = "nadia@mocklot.example"
EVERY = 5  # s between two messages of a mock
DEVICE = f"""\
name: Rehearsal sensor
id: "r-{{index:05d}}"
metrics:
  level: {{walk: {{start: 40, step: 0.5, min: 0, max: 100}}}}
messages:
  telemetry:
    every: {EVERY}s ± 1s
    topic: "rehearsal/{{id}}"
    qos: 1
    json: {{id: "{{id}}", seq: "{{seq}}", status: "{{status}}", at: "{{now}}", level: "{{level}}"}}
statuses:
  calm: {{send: [telemetry], go: [{{to: busy, after: 20s ± 5s}}]}}
  busy: {{send: [telemetry], go: [{{to: calm, after: 20s ± 5s}}]}}
"""
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')
LASTS = "1h"  # longer than any rehearsal: the run is stopped
DOWNLOAD_WITHIN = 300.0  # s
LAST_VISIT = 60.0  # s that the page which is being opened may take
VISIT_EVERY = 0.5  # s between two pages that a visitor opens


@dataclass(frozen=True, kw_only=True)
class Job:
    """A run that was started, and the pages that lead to it."""

    workspace: str
    lot: str
    run: str

    @property
    def code(self) -> str:
        return self.run.rstrip("/").rpartition("/")[2]


def begin_job(
    console: Console, *, password: str, target_password: str, mqtt_port: int, mocks: int
) -> Job:
    """Do everything up to pressing "Start"."""
    fields = {"name": "Nadia", "email": EMAIL, "password": password}
    workspace = workspace_of(console.press("/sign-up/", "/sign-up/", fields))
    define(console, workspace)
    aim(console, workspace, port=mqtt_port, password=target_password)
    lot = make_lot(console, workspace, mocks=mocks)
    run = console.press(lot, f"{lot}start/")
    if "/runs/" not in run:
        raise Unexpected(f"the lot did not start: {lot} led to {run}")
    return Job(workspace=workspace, lot=lot, run=run)


def workspace_of(path: str) -> str:
    """Return the part of a path that names the workspace."""
    if not (found := re.match(r"/w/[0-9a-f-]{36}/", path)):
        raise Unexpected(f"the new account led to {path}")
    return found[0]


def define(console: Console, workspace: str) -> None:
    """Make the definition."""
    page = f"{workspace}definitions/new/"
    fields = {"name": "Rehearsal sensor", "starter": "sample", "sample": DEVICE}
    if console.press(page, page, fields) == page:
        raise Unexpected("the definition was not made")


def aim(console: Console, workspace: str, *, port: int, password: str) -> None:
    """Make the target, with a password that must never be seen again."""
    page = f"{workspace}targets/new/own/"
    fields = {
        "name": "Rehearsal broker",
        "protocol": "mqtt",
        "host": "127.0.0.1",
        "port": str(port),
        "username": "rehearsal",
        "password": password,
        "verify": "on",
        "version": "3.1.1",
        "clean_start": "on",
        "dealing": "order",
        "password_made": "plain",
        "token_made": "plain",
        "client_id": "{id}",
        "keep_alive": "60",
        "match": "id",
        "method": "POST",
        "will_qos": "0",
        "acknowledge_within": "20",
    }
    if console.press(page, page, fields) == page:
        raise Unexpected("the target was not made")


def make_lot(console: Console, workspace: str, *, mocks: int) -> str:
    """Make the lot; return its page."""
    page = f"{workspace}lots/new/"
    text = console.get(page)[1].decode()
    fields = {
        "name": "Rehearsal",
        "target": choice(text, "target"),
        "duration": LASTS,
        "parts-TOTAL_FORMS": "1",
        "parts-INITIAL_FORMS": "0",
        "parts-0-definition": choice(text, "parts-0-definition"),
        "parts-0-count": str(mocks),
    }
    path = console.press(page, page, fields)
    if path == page:
        raise Unexpected("the lot was not made")
    return path


def choice(page: str, name: str) -> str:
    """Return the value of the only choice of the list ``name`` on a page."""
    found = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.S)
    values = re.findall(r'<option value="(\d+)"', found[0]) if found else []
    if len(values) != 1:
        raise Unexpected(f"{name} has {len(values)} choices and not one")
    return str(values[0])


def token_of(link: str) -> str:
    """Return the part of a link that lets in whoever knows it."""
    return link.rstrip("/").rpartition("/")[2]


def follow(link: str, tls: ssl.SSLContext) -> tuple[list[str], str]:
    """Return the lines of the report that a mail's link leads to, and its address in the store."""
    with urllib.request.urlopen(link, timeout=DOWNLOAD_WITHIN, context=tls) as answer:
        return answer.read().decode("utf-8").splitlines(keepends=True), answer.geturl()


def assets(console: Console, page: str) -> set[str]:
    """Return the addresses of the style sheets and scripts that a page asks for."""
    return set(ASSET.findall(console.get(page)[1].decode()))


def missing(console: Console, paths: Iterable[str]) -> list[str]:
    """Return those of the paths that the console does not answer."""
    gone = []
    for path in paths:
        try:
            console.get(path)
        except Unexpected as error:
            gone.append(f"{path}: {error}")
    return gone


@dataclass
class Visitor:
    """Somebody who looks at the run all the while, whatever is deployed; a context.

    ``failures`` are the requests that were not answered as a person expects.
    """

    console: Console
    pages: list[str]
    failures: list[str] = field(default_factory=list)
    opened: int = 0

    def __enter__(self) -> "Visitor":
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(LAST_VISIT)

    def _look(self) -> None:
        while not self._over.wait(VISIT_EVERY):
            page = self.pages[self.opened % len(self.pages)]
            self.opened += 1
            try:
                self.console.get(page)
            except (Unexpected, OSError) as error:
                self.failures.append(f"{page}: {error}")


def live(console: Console, run: str) -> dict[str, Any]:
    """Return a run's figures; empty when the console does not answer just now."""
    try:
        figures: dict[str, Any] = console.read(f"{run}live.json")
    except (Unexpected, OSError, ValueError):
        return {}
    return figures
