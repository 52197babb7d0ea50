"""How long requests wait in front of the console."""

from time import time

import pytest

from web.platform import redis
from web.scaling import middleware
from web.scaling.meter import LIFE, MOST, SLOW, Meter, percentile, together

SLACK = 0.01  # s, for ms that are rounded


def test_it_tells_how_long_requests_waited_and_how_many_are_inside():
    meter = Meter()
    for number in range(100):
        meter.end(meter.begin(100.0, waited=number / 1000), 100.6)
    meter.begin(100.0, waited=0.0)

    word = meter.word(110.0)

    assert (word.count, word.busy, word.oldest, word.slow) == (101, 1, 10.0, 0)
    assert word.queue == pytest.approx(0.095, abs=0.002)
    assert word.load == pytest.approx((100 * 0.6 + 10.0) / 60)
    assert meter.word(170.0).count == 0


def test_a_console_that_is_stuck_is_not_idle():
    meter = Meter()
    for _ in range(10):
        meter.begin(100.0, waited=0.0)

    found = together([meter.word(100.0 + SLOW + 5)], at=100.0 + SLOW + 5)

    assert found is not None
    assert found.queue == SLOW + 5
    assert found.timeouts == 1.0
    assert found.load > 3


def test_who_told_nothing_lately_is_not_known():
    assert together([], at=0.0) is None
    assert together([Meter().word(100.0)], at=100.0 + LIFE + 1) is None


def test_what_is_remembered_is_bounded():
    meter = Meter()
    for _ in range(MOST + 100):
        meter.end(meter.begin(1.0, waited=0.0), 1.0)

    assert meter.word(1.0).count == MOST


def test_percentiles_are_of_the_values_themselves():
    assert percentile([], 95) == 0.0
    assert percentile([3.0], 95) == 3.0
    assert percentile([float(n) for n in range(1, 101)], 95) == 95.0


def test_a_request_from_the_router_is_measured_and_another_is_not(client, db, monkeypatch):
    meters = []
    monkeypatch.setattr(middleware.Teller, "ensure", lambda self, meter: meters.append(meter))

    client.get("/abuse")
    client.get("/abuse", headers={"X-Request-Start": "soon"})
    assert meters == []
    came = round(time() * 1000) - 300
    client.get("/abuse", headers={"X-Request-Start": str(came)})

    word = meters[0].word(time())
    assert 0.3 - SLACK <= word.queue <= word.at - came / 1000 + SLACK
    assert (word.count, word.busy) == (1, 0)


@pytest.mark.parts("redis")
def test_processes_tell_each_their_own_and_old_ones_are_forgotten(real_redis, settings):
    meter = Meter()
    settings.DYNO = "web.1"
    middleware.publish(meter.word(100.0))
    settings.DYNO = "web.2"
    middleware.publish(meter.word(200.0))

    words = middleware.told(210.0)

    assert [name.partition(":")[0] for name in words] == ["web.2"]
    assert redis.connection().hlen(middleware.KEY) == 1
    assert 0 < redis.connection().ttl(middleware.KEY) <= 10 * LIFE


def test_without_redis_a_request_does_not_fail(no_redis, caplog):
    middleware.publish(Meter().word(100.0))

    assert "queue time is not told" in caplog.text
