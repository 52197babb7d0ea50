"""A run is drained by HTTP while the endpoint fails and the reporter is restarted."""

from collections import Counter
from collections.abc import Iterator

import pytest
from workshop import demo

from tests.integration.product import Product, eventually
from tests.web.drains.endpoints import Answer, Endpoint

pytestmark = [
    pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3"),
    pytest.mark.xdist_group("outages"),
]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def drain(product: Product, endpoint: Endpoint) -> Iterator[str]:
    """Return the path of a drain's page: it is made at the console, and deleted in the end, or it
    would send what later tests do to whoever has the port then."""
    form = f"{product.seeded.workspace}drains/new/?kind=http"
    fields = {"name": "Ours", "url": f"{endpoint.url}/in", "form": "lines", "gzip": "on"}
    page = product.console.press(form, form, {**fields, "share": "100"})
    yield page
    product.console.press(f"{page}delete/", f"{page}delete/")


def test_every_record_arrives_though_the_endpoint_fails_and_the_reporter_restarts(
    product: Product, endpoint: Endpoint, drain: str
) -> None:
    run = demo.start_lot(product.console, product.seeded.lots["http"])
    eventually(lambda: len(endpoint.documents) > 200)

    endpoint.usual = Answer(503)
    eventually(lambda: ">Failing<" in product.console.get(drain)[1].decode())
    words = product.console.get(drain)[1].decode()
    endpoint.usual = Answer(200)
    reporter = product.child("reporter")
    product.supervisor.stop(reporter)
    product.supervisor.start(reporter)
    before = len(endpoint.documents)
    eventually(lambda: len(endpoint.documents) > before)
    product.console.press(f"{run}stop/", f"{run}stop/")
    figures = eventually(
        lambda: (now := product.console.read(f"{run}live.json")) and not now["is_live"] and now
    )
    eventually(lambda: ">All sent<" in product.console.get(drain)[1].decode())

    totals = figures["totals"]
    documents = {each["id"]: each for each in endpoint.documents}
    results = Counter(each["result"] for each in documents.values() if each["event"] == "send")
    assert "The endpoint answered 503 Service Unavailable." in words
    assert results["acknowledged"] == totals["acknowledged"]
    assert sum(results.values()) == totals["due"]
    assert {each["run"] for each in documents.values()} == {run.rstrip("/").split("/")[-1]}
