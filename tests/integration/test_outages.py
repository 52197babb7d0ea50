"""Something is gone for a while: what was sent still adds up, and the console still answers."""

import csv
import time
from collections import Counter

import pytest
from workshop import demo
from workshop.counting import Subscriber

from tests.integration.product import Product, eventually

OUTAGE = 10.0  # s that the broker is away

pytestmark = [
    pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3"),
    pytest.mark.xdist_group("outages"),
]


def live(product: Product, run: str) -> dict:
    return product.console.read(f"{run}live.json")


def test_a_broker_away_for_ten_seconds_costs_only_what_was_due_meanwhile(
    product: Product,
) -> None:
    subscriber = Subscriber(product.servers.mqtt_port, topic="#")
    run = demo.start_lot(product.console, product.seeded.lots["mqtt"])
    eventually(lambda: live(product, run)["totals"]["acknowledged"] > 200)

    broker = product.child("mosquitto")
    product.supervisor.stop(broker)
    eventually(lambda: live(product, run)["connected"] == 0)
    time.sleep(OUTAGE)  # the length of the outage is what is tested
    product.supervisor.start(broker)
    eventually(lambda: live(product, run)["connected"] == 40)
    before = live(product, run)["totals"]["acknowledged"]
    eventually(lambda: live(product, run)["totals"]["acknowledged"] > before)
    product.console.press(f"{run}stop/", f"{run}stop/")
    figures = eventually(lambda: (now := live(product, run)) and not now["is_live"] and now)

    assert figures["state"] == "stopped"
    totals = figures["totals"]
    assert totals["due"] == totals["acknowledged"] + totals["failed"]
    demo.ask_for_report(product.console, run)
    lines = list(demo.report_lines(product.supervisor, run, product.folder / "mail"))
    rows = list(csv.DictReader(lines))
    results = Counter(row["result"] for row in rows)
    assert results == {"acknowledged": totals["acknowledged"], "failed": totals["failed"]}
    acknowledged = {
        (row["id"], int(row["sequence"])) for row in rows if row["result"] == "acknowledged"
    }
    eventually(lambda: acknowledged <= subscriber.tally.pairs())
    subscriber.close()
    assert acknowledged <= subscriber.tally.pairs()
    everything = {(row["id"], int(row["sequence"])) for row in rows}
    assert subscriber.tally.pairs() <= everything
    assert len(everything) == len(rows)
    reasons = {row["reason"] for row in rows if row["result"] == "failed"}
    assert "not connected: connection refused" in reasons
    assert "connection refused" in product.page(run.removeprefix(product.seeded.workspace))


def test_the_console_answers_without_redis_and_starts_the_run_later(product: Product) -> None:
    redis = product.child("valkey")
    product.supervisor.stop(redis)

    eventually(lambda: "Redis" in product.page())
    run = demo.start_lot(product.console, product.seeded.lots["http"])
    waiting = live(product, run)
    product.supervisor.start(redis)

    assert waiting["state"] == "queued"
    assert waiting["reason"] != ""
    eventually(lambda: live(product, run)["state"] == "running")
    product.console.press(f"{run}stop/", f"{run}stop/")
    eventually(lambda: live(product, run)["state"] == "stopped")


def test_the_console_answers_without_the_object_store_and_says_so(product: Product) -> None:
    store = product.child("s3")
    product.supervisor.stop(store)

    eventually(lambda: "object store" in product.page().lower())
    landed = product.console.press(
        product.seeded.lots["http"], product.seeded.lots["http"] + "start/"
    )
    page = product.console.get(landed)[1].decode().lower()
    product.supervisor.start(store)

    assert "/runs/" not in landed
    assert "object store" in page
    run = demo.start_lot(product.console, product.seeded.lots["http"])
    product.console.press(f"{run}stop/", f"{run}stop/")
    eventually(lambda: not live(product, run)["is_live"])


def test_the_status_page_answers_without_the_database_and_tells_what_was(
    product: Product,
) -> None:
    def components() -> dict[str, dict]:
        return {each["name"]: each for each in product.console.read("/status.json")["components"]}

    eventually(lambda: components()["logs"]["uptime"] is not None)
    pooler = product.child("pgbouncer")
    product.supervisor.stop(pooler)

    eventually(lambda: {each["state"] for each in components().values()} == {"down"})
    gone = components()
    page = product.console.get("/status")[1].decode()
    product.supervisor.start(pooler)

    assert gone["logs"]["uptime"] is not None
    assert "The database does not answer" in page
    eventually(lambda: components()["logs"]["state"] == "up")


def test_a_run_without_a_worker_waits_and_goes_on_with_the_next_one(product: Product) -> None:
    worker = product.child("worker")
    product.supervisor.stop(worker)

    run = demo.start_lot(product.console, product.seeded.lots["http"])
    waiting = live(product, run)["state"]
    product.supervisor.start(worker)
    eventually(lambda: live(product, run)["state"] == "running")
    product.supervisor.stop(worker)
    before = live(product, run)["totals"]["acknowledged"]
    product.supervisor.start(worker)
    eventually(lambda: live(product, run)["totals"]["acknowledged"] > before)
    product.console.press(f"{run}stop/", f"{run}stop/")
    ended = eventually(lambda: (now := live(product, run)) and not now["is_live"] and now)

    assert waiting == "queued"
    assert ended["state"] == "stopped"
    assert ended["totals"]["due"] == ended["totals"]["acknowledged"] + ended["totals"]["failed"]
