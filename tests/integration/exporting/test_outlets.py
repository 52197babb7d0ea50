"""Figures as Prometheus' own parser and OTLP's own messages read them, over real sockets."""

import gzip
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.request import urlopen

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from prometheus_client.parser import text_string_to_metric_families

from simulator.errors import DefinitionError
from simulator.exporting import Export, Exports
from tests.simulator.exporting.test_figures import snapshot


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportMetricsServiceRequest]]]:
    """A collector that keeps what it is sent."""
    got: list[ExportMetricsServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            got.append(ExportMetricsServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/metrics", got
    server.shutdown()
    server.server_close()
    thread.join()


def test_prometheus_reads_what_a_tower_tells() -> None:
    export = Export(Exports(port=0), tower="t/1")
    export.take([snapshot("a"), snapshot("b")])

    with urlopen(f"http://127.0.0.1:{export.port}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    export.close()

    found = {family.name: family for family in text_string_to_metric_families(text)}
    [due] = found["mocklot_sends_due"].samples
    assert (due.name, due.value) == ("mocklot_sends_due_total", 20)
    assert due.labels == {"lot": "Night", "run": "r1", "tower": "t/1"}
    latency = {
        (sample.name, sample.labels.get("le")): sample.value
        for sample in found["mocklot_acknowledgement_latency_seconds"].samples
    }
    name = "mocklot_acknowledgement_latency_seconds"
    assert latency[f"{name}_bucket", "+Inf"] == latency[f"{name}_count", None] == 16
    assert latency[f"{name}_bucket", "0.0025"] == 14


def test_a_port_that_is_taken_is_a_clear_error() -> None:
    export = Export(Exports(port=0), tower="t/1")

    with pytest.raises(DefinitionError, match=f"cannot listen on 127.0.0.1:{export.port}"):
        Export(Exports(port=export.port), tower="t/2")

    export.close()


def test_a_collector_gets_the_figures_at_the_end_at_the_latest(
    collector: tuple[str, list[ExportMetricsServiceRequest]],
) -> None:
    address, got = collector
    export = Export(Exports(otlp=address), tower="t/1")
    export.take([snapshot("a")])

    export.close()

    [resource] = got[-1].resource_metrics
    metrics = {metric.name: metric for metric in resource.scope_metrics[0].metrics}
    [due] = metrics["mocklot_sends_due"].sum.data_points
    assert (due.as_int, metrics["mocklot_sends_due"].sum.is_monotonic) == (10, True)
    assert {each.key: each.value.string_value for each in due.attributes}["run"] == "r1"
    [latency] = metrics["mocklot_acknowledgement_latency_seconds"].histogram.data_points
    assert latency.count == sum(latency.bucket_counts) == 8
    assert len(latency.bucket_counts) == len(latency.explicit_bounds) + 1


def test_without_its_packages_otlp_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.metric_exporter", None)

    with pytest.raises(DefinitionError, match="pip install opentelemetry-exporter-otlp-proto-http"):
        Export(Exports(otlp="http://127.0.0.1:9/v1/metrics"), tower="t/1")
