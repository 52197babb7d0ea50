"""A run that is under way, and what its tower tells of it second by second."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator import Link, Second, new_board
from web.alerts import looking
from web.alerts.models import Rule, Watch
from web.runs import leasing, live
from web.runs.boards import ShardReport
from web.runs.models import Run, RunState, Shard


@pytest.fixture
def start() -> datetime:
    """Return when the run began."""
    return datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def going(run, start) -> Run:
    """Return a run that is under way since ``start``, held by a tower."""
    leasing.lease_shards("tower-1", room=1_000, now=start)
    Run.objects.filter(id=run.id).update(state=RunState.RUNNING)
    run.refresh_from_db()
    return run


@pytest.fixture
def make_rule(workspace):
    """Return a function that stores a rule in a watch of its own, without people."""

    def make(kind: str, *, tag: str = "", **values) -> Rule:
        watch = Watch.objects.create(
            workspace=workspace, name=kind, tag=tag, calm=timedelta(seconds=60)
        )
        Watch.objects.update(created=datetime(2026, 1, 1, tzinfo=UTC))
        known = {"limit": 60.0, "window": timedelta(seconds=60)}
        return Rule.objects.create(watch=watch, kind=kind, **(known | values))

    return make


def tell(run, at, *, published, sends=0, failed=0, last=None, connected=20, **changes):
    """Put what a tower tells at ``at`` where it lies in Redis."""
    shard = Shard.objects.get(run=run, number=0)
    board = new_board(0, 20)
    board["link"][:connected] = Link.CONNECTED
    board["link"][connected:] = Link.WAITING
    board["last"] = (last or at).timestamp()
    total = Second(at=int(at.timestamp()), due=sends + failed, acknowledged=sends, failed=failed)
    values = {"statuses": ["running"], "reasons": [], "total": total} | changes
    report = ShardReport(at=at.timestamp(), mocks=board, **values)
    published[live.key(shard.id, shard.fence)] = report.pack()


def played(run, start, *, published, until, step=10, **figures):
    """Look every ``step`` s until ``until`` s after the start, as towers tell ``figures``."""
    for second in range(step, until + 1, step):
        now = start + timedelta(seconds=second)
        tell(run, now, published=published, **{k: f(second) for k, f in figures.items()})
        looking.look(now)
