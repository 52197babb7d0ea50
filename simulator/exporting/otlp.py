"""Metrics over OTLP by HTTP: sent now and then, out of what was told last.

Rule: sent by a thread of its own with bounded waits; a collector that does not answer costs a line
in the log, never the run.
"""

import logging
import time
from collections.abc import Callable
from itertools import pairwise
from threading import Event, Thread
from typing import Any

from simulator.errors import DefinitionError, Problem
from simulator.exporting.families import BOUNDS, Distribution, Family

logger = logging.getLogger(__name__)

EVERY = 10.0  # s between two messages to the collector
ANSWER_WITHIN = 5.0  # s; a last message at the end waits no longer
NOT_INSTALLED = (
    "OTLP needs packages that are not installed: pip install opentelemetry-exporter-otlp-proto-http"
)
NANOSECONDS = 1e9


class Otlp:
    """Sends to ``endpoint``, such as http://127.0.0.1:4318/v1/metrics, every ``EVERY`` s."""

    def __init__(
        self,
        read: Callable[[], list[Family]],
        *,
        endpoint: str,
        tower: str,
    ) -> None:
        """Begin. ``read`` gives the metrics, and is called in a thread.

        Raises:
            DefinitionError: The packages are not installed.
        """
        try:
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415
                OTLPMetricExporter,
            )
        except ImportError:
            raise DefinitionError(Problem("OTLP endpoint", NOT_INSTALLED)) from None
        self._read = read
        self._tower = tower
        self._began = time.time()
        self._exporter = OTLPMetricExporter(endpoint=endpoint, timeout=ANSWER_WITHIN)
        self._end = Event()
        self._thread = Thread(target=self._run, name=f"otlp-{tower}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Send a last time, and end."""
        self._end.set()
        self._thread.join(2 * ANSWER_WITHIN)
        self._exporter.shutdown()

    def _run(self) -> None:
        while not self._end.wait(EVERY):
            self._send()
        self._send()

    def _send(self) -> None:
        try:
            data = as_otlp(self._read(), tower=self._tower, began=self._began, now=time.time())
            self._exporter.export(data, timeout_millis=1_000 * ANSWER_WITHIN)
        except Exception:  # whatever the library raises, the mocks go on
            logger.exception("the metrics were not sent")


def as_otlp(families: list[Family], *, tower: str, began: float, now: float) -> Any:
    """Return metrics as the library sends them. ``began`` and ``now`` are Unix s."""
    from opentelemetry.sdk.metrics.export import (  # noqa: PLC0415
        Metric,
        MetricsData,
        ResourceMetrics,
        ScopeMetrics,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415

    times = {
        "start_time_unix_nano": round(began * NANOSECONDS),
        "time_unix_nano": round(now * NANOSECONDS),
    }
    metrics = [
        Metric(family.name, family.text, family.unit, _data(family, times))
        for family in families
        if family.samples
    ]
    scope = ScopeMetrics(InstrumentationScope("mocklot"), metrics, "")
    resource = Resource({"service.name": "mocklot", "service.instance.id": tower})
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _data(family: Family, times: dict[str, int]) -> Any:
    from opentelemetry.sdk.metrics import export  # noqa: PLC0415

    cumulative = export.AggregationTemporality.CUMULATIVE
    if family.kind == "histogram":
        points = [_point(labels, value, times) for labels, value in family.samples]
        return export.Histogram(points, cumulative)
    numbers: Any = [
        export.NumberDataPoint(attributes=labels, value=value, **times)  # type: ignore[arg-type]
        for labels, value in family.samples
    ]
    if family.kind == "gauge":
        return export.Gauge(numbers)
    return export.Sum(numbers, cumulative, True)


def _point(labels: dict[str, str], value: Any, times: dict[str, int]) -> Any:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint  # noqa: PLC0415

    assert isinstance(value, Distribution)
    within = [0, *value.within, value.count]
    return HistogramDataPoint(
        attributes=labels,
        count=value.count,
        sum=value.sum,
        bucket_counts=[after - before for before, after in pairwise(within)],
        explicit_bounds=BOUNDS,
        min=0.0,
        max=value.maximum,
        **times,  # type: ignore[arg-type]  # two of its names, both whole numbers
    )
