"""The way from the start button to the last record, with the real parts between."""

import json
from collections import Counter

import pytest
from rq import SimpleWorker

from tests.rows.browsing import Person
from web.logs.reading import Query, find
from web.platform import queues, redis, storage
from web.runs import live
from web.runs.boards import ShardReport

pytestmark = [pytest.mark.parts("redis", "s3"), pytest.mark.django_db(transaction=True)]


@pytest.mark.usefixtures("real_redis", "real_bucket")
def test_console_job_worker_settings_in_s3_tower_mocks_then_state_and_logs_back(
    client_of, teammate, workspace, receiver
):
    person = Person(client_of(teammate), workspace)
    aimed = person.aims(protocol="http", host="127.0.0.1", port=str(receiver.port))
    # As long as a busy machine may need to the first send: the run's time begins before.
    run = person.starts(person.plans(person.defines(), aimed, mocks=20, duration="4s"))

    [job] = queues.queue("towers").jobs
    settings = json.loads(storage.get(run.lot_key))
    assert job.func_name == "web.runs.jobs.run_tower"
    assert (settings["parts"][0]["count"], settings["target"]["port"]) == (20, receiver.port)
    assert (run.state, receiver.received) == ("queued", [])

    queue = queues.queue("towers")
    SimpleWorker([queue], connection=redis.connection()).work(burst=True, logging_level="ERROR")

    run.refresh_from_db()
    arrived = Counter(payload["id"] for _, payload in receiver.received)
    assert (run.state, run.reason, run.failed) == ("finished", "", 0)
    assert run.due == run.acknowledged == arrived.total() > 0

    shard = run.shards.get()
    live_board = ShardReport.unpack(redis.connection().get(live.key(shard.id, shard.fence))).mocks
    kept_board = live.reports_of(run)[shard.id].mocks  # the database's, for the shard has ended
    by_mock = [arrived[f"f-{number:05d}"] for number in range(20)]
    assert live_board["acknowledged"].tolist() == kept_board["acknowledged"].tolist() == by_mock

    assert all("/log/" in key for key in storage.keys(f"{run.prefix}log/"))
    sends = [each for each in find(run, Query(mocks=(7,))).records if each.event == "send"]
    assert len(sends) == arrived["f-00007"]
    page = person.get("logs:mock", run.code, 7).content.decode()
    assert "/fridges/f-00007" in page
