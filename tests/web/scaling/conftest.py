"""A platform of the test's own, towers that tell how they are, and an operator."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone

from simulator import Second, new_board
from tests.web.platform.conftest import no_redis, real_redis  # noqa: F401
from tests.web.scaling.platform import APP, LIMIT, TOKEN, Platform
from web.accounts.models import User
from web.runs import live
from web.runs.boards import ShardReport
from web.runs.models import Run, RunState, Shard, ShardState, Worker
from web.scaling import middleware, platform_api

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def platform(settings, monkeypatch) -> Iterator[Platform]:
    """Return the platform, which the scaler is set up for and which it is to act on."""
    monkeypatch.setattr(platform_api, "TIMEOUT", LIMIT)  # on a busy machine it has its time
    settings.SCALER, settings.SCALER_APP, settings.SCALER_TOKEN = "on", APP, TOKEN
    settings.SCALER_RANGES = {"worker": (1, 10), "web": (1, 4)}
    settings.SCALER_HOURLY_CEILING = settings.SCALER_MONTHLY_CEILING = 0
    with Platform() as server:
        settings.PLATFORM_API_URL = server.url
        yield server


@pytest.fixture
def silent_console(monkeypatch) -> None:
    """Nobody asks Redis: the console's figures are not known, and it is left alone."""
    monkeypatch.setattr(middleware, "told", lambda at: {})


@pytest.fixture
def staff(make_user) -> User:
    user = make_user("Sam")
    call_command("staff", user.email)
    user.refresh_from_db()
    return user


@pytest.fixture
def reports(monkeypatch) -> dict[int, bytes]:
    """Return what towers have told, by the shard's row; it stands where Redis does."""
    kept: dict[int, bytes] = {}

    def fetch(shards) -> dict[int, bytes]:
        return {shard.id: kept[shard.id] for shard in shards if shard.id in kept}

    monkeypatch.setattr(live, "fetch", fetch)
    return kept


@pytest.fixture
def load(workspace, reports) -> Callable[..., list[Shard]]:
    """Return a function that has so many shards of 1,000 mocks wanted and leased."""
    run = Run.objects.create(
        workspace=workspace, name="Fridges", mocks=1, duration=timedelta(hours=1), seed=1,
        state=RunState.RUNNING,
    )  # fmt: skip

    def make(*, wanted: int = 0, leased: int = 0, since: datetime = NOON) -> list[Shard]:
        run.shards.all().delete()
        held = {"state": ShardState.LEASED, "leased_until": NOON, "tower": "t-1"}
        return Shard.objects.bulk_create(
            Shard(
                run=run, number=number, part=0, first=1_000 * number, count=1_000,
                wanted_since=since, **(held if number < leased else {}),
            )
            for number in range(wanted + leased)
        )  # fmt: skip

    return make


def leased() -> QuerySet[Shard]:
    """Return the shards that towers hold."""
    return Shard.objects.filter(state=ShardState.LEASED)


@pytest.fixture
def told(reports) -> Callable[..., None]:
    """Return a function that has the towers of leased shards tell how late they are."""

    def tell(now: datetime, *, lateness: float = 0.001, failed: int = 0) -> None:
        second = Second(at=int(now.timestamp()), due=100, acknowledged=100 - failed, failed=failed)
        second.lateness.record([lateness] * 100)
        said = ShardReport(
            at=now.timestamp(),
            mocks=new_board(0, 20),
            statuses=("running",),
            reasons=[],
            total=second,
            recent=[second],
        ).pack()
        reports.update(dict.fromkeys(leased().values_list("id", flat=True), said))

    return tell


@pytest.fixture
def working() -> Callable[..., list[Worker]]:
    """Return a function that has workers say that they hold so many mocks each."""

    def make(*mocks: int) -> list[Worker]:
        return [
            Worker.objects.create(
                dyno=f"worker.{number}", process=f"h:{number}", tower=f"t-{number}",
                heard=timezone.now() + timedelta(hours=1),  # until the test is over
                mocks=count, room=9_000 - count,
            )
            for number, count in enumerate(mocks, start=1)
        ]  # fmt: skip

    return make
