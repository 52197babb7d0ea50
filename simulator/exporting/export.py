"""Where a tower's figures go: to a port, to a collector, or nowhere.

Rule: libraries are imported only where they are wanted.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from simulator.exporting.families import Family, families
from simulator.exporting.figures import Figures
from simulator.tower import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """What is wanted. ``port``: Prometheus on ``host``; ``otlp``: the collector's address."""

    host: str = "127.0.0.1"
    port: int | None = None  # 0 takes a free one
    otlp: str = ""  # http://127.0.0.1:4318/v1/metrics

    @property
    def is_wanted(self) -> bool:
        return self.port is not None or bool(self.otlp)


class _Outlet(Protocol):
    def close(self) -> None: ...


class Export:
    """Tells the figures of one tower; hand it all snapshots, and close it in the end."""

    def __init__(self, exports: Exports, *, tower: str) -> None:
        """Raises DefinitionError when an address or a library is not to be had."""
        self._tower = tower
        self._figures = Figures()
        self._outlets: list[_Outlet] = []
        self.port: int | None = None  # that Prometheus is answered on
        try:
            self._open(exports)
        except BaseException:
            self.close()
            raise

    def take(self, snapshots: Iterable[Snapshot]) -> None:
        """Bring the figures up to date; some 10 us a shard."""
        self._figures.take(snapshots, now=time.monotonic())

    def close(self) -> None:
        """Tell a last time where that is done, and end."""
        for outlet in self._outlets:
            outlet.close()
        self._outlets.clear()

    def _open(self, exports: Exports) -> None:
        if exports.port is not None:
            from simulator.exporting.prometheus import Prometheus  # noqa: PLC0415

            prometheus = Prometheus(self._read, host=exports.host, port=exports.port)
            self.port = prometheus.port
            self._outlets.append(prometheus)
        if exports.otlp:
            from simulator.exporting.otlp import Otlp  # noqa: PLC0415

            self._outlets.append(Otlp(self._read, endpoint=exports.otlp, tower=self._tower))

    def _read(self) -> list[Family]:
        return families(self._figures.told(), tower=self._tower)
