"""What the tests of drains have: a run with a log, an endpoint, and drains that lead to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from tests.web.drains.endpoints import Answer, Endpoint
from tests.web.logs.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.logs.conftest import record
from web.drains import actions, shipping
from web.drains.models import Drain, Letter
from web.drains.senders.base import Time
from web.drains.shipping import Turn
from web.runs import endings, leasing
from web.runs.models import Outcome, Run

KEYS = {"region": "us-east-1", "endpoint": "", "key_id": "AKIAEXAMPLE"}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    server.start()
    yield server
    server.stop()


@dataclass
class Waits:
    """A clock of virtual time: who waits on it moves it. s."""

    at: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds

    @property
    def time(self) -> Time:
        return Time(now=lambda: self.at, wait=self.wait)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def make_drain(workspace, owner, asked) -> Callable[..., Drain]:
    """Return a function that stores a drain; one over HTTP to ``url`` unless it says otherwise."""

    def make(
        *, kind: str = "http", secrets: dict[str, str | None] | None = None, **values: Any
    ) -> Drain:
        lots = values.pop("lots", ())
        settings = values.pop("settings", {"url": "http://127.0.0.1:9/", "form": "lines"})
        if kind == "http":
            settings = {"form": "lines", "gzip": False, **settings}
        drain = Drain(
            workspace=workspace,
            name=values.pop("name", "To us"),
            kind=kind,
            settings=settings,
            **values,
        )
        return actions.save_drain(drain, lots=lots, secrets=secrets or {}, by=owner)

    return make


@pytest.fixture
def drain(make_drain, endpoint, run) -> Drain:
    """Return a drain that leads to ``endpoint``."""
    return make_drain(settings={"url": f"{endpoint.url}/records"})


@pytest.fixture
def sends(store) -> Callable[..., None]:
    """Return a function that stores one chunk of ``count`` sends, from ``first`` on."""

    def stored(count: int, *, first: int = 1, **changes: Any) -> None:
        store([record(n % 20, first + n, at=first + n / 100, **changes) for n in range(count)])

    return stored


@pytest.fixture
def letter(drain, endpoint, sends):
    """Return a dead letter of two records; the endpoint takes everything now."""
    endpoint.usual = Answer(422)
    sends(2)
    shipped(drain)
    endpoint.usual = Answer(200)
    return Letter.objects.select_related("drain__workspace").get()


def still(is_stopped: Callable[[], bool] = lambda: False) -> Turn:
    """Return a turn that a slow machine neither ends nor counts as a drain's own slowness."""
    return Turn(until=1.0, is_stopped=is_stopped, now=lambda: 0.0)


def ended(run: Run, lease: Any) -> None:
    """End a run whose one shard is held."""
    leasing.release(lease, outcome=Outcome.FINISHED)
    endings.end_run(run.id)


def shipped(drain: Drain, *, turn: Turn | None = None, **options: Any) -> bool:
    """Let a drain have its turn, in which no time passes; return whether there is more."""
    more = shipping.ship(UUID(str(drain.code)), turn=turn or still(), **options)
    drain.refresh_from_db()
    return more


def numbers(endpoint: Endpoint) -> list[int]:
    """Return the sequence numbers of the records that came, in their order."""
    return [document["sequence"] for document in endpoint.documents]
