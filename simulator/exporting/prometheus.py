"""Prometheus text on a port: made when it is asked for, out of what was told last.

Rule: ``prometheus_client`` writes the text and serves it, in its own thread.
"""

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from simulator.errors import DefinitionError, Problem
from simulator.exporting.families import BOUNDS, Distribution, Family

ENDED_WITHIN = 5.0  # s for the answer that is being given


class Prometheus:
    """Answers on ``http://HOST:PORT/metrics``."""

    def __init__(self, read: Callable[[], list[Family]], *, host: str, port: int) -> None:
        """
        Args:
            read: Gives the metrics; called in the server's thread.
            host: Address to listen on.
            port: 0 takes a free one, see ``port``.

        Raises:
            DefinitionError: The address cannot be listened on.
        """
        registry = CollectorRegistry()
        registry.register(_Read(read))
        try:
            self._server, self._thread = start_http_server(port, addr=host, registry=registry)
        except OSError as error:
            text = f"cannot listen on {host}:{port}: {error.strerror or error}"
            raise DefinitionError(Problem("metrics address", text)) from None
        self.port: int = self._server.server_port

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(ENDED_WITHIN)


class _Read(Collector):
    def __init__(self, read: Callable[[], list[Family]]) -> None:
        self._read = read

    def describe(self) -> list[Any]:
        """Nothing is known before anybody asks."""
        return []

    def collect(self) -> Iterator[Any]:
        for family in self._read():
            if family.samples:
                yield _prometheus(family)


def _prometheus(family: Family) -> Any:
    """Return a metric as the library has it."""
    names = list(family.samples[0][0])
    if family.kind == "histogram":
        histogram = HistogramMetricFamily(family.name, family.text, labels=names)
        for labels, value in family.samples:
            assert isinstance(value, Distribution)
            pairs = zip(map(str, BOUNDS), value.within, strict=True)
            buckets = [(bound, float(count)) for bound, count in pairs]
            whole = [*buckets, ("+Inf", float(value.count))]
            histogram.add_metric(list(labels.values()), whole, value.sum)
        return histogram
    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    made = kind(family.name, family.text, labels=names)
    for labels, value in family.samples:
        assert not isinstance(value, Distribution)
        made.add_metric(list(labels.values()), value)
    return made
