"""A place to try generators: a cast, samples of it, and columns straight from parameters."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from simulator.datasets import Dataset, read_dataset
from simulator.definition.metrics.metric import read_generator
from simulator.generators import Cast, Column, Drawn, Sample

DEMO = Path(__file__).parents[3] / "web/platform/demo"
EPOCH = 1_769_904_000.0  # 2026-02-01T00:00:00Z


def cast(count: int = 3, *, first: int = 0, seed: int = 1, **datasets: Dataset) -> Cast:
    """Return ``count`` mocks; a dataset ``van_gpx`` is known by the name ``van.gpx``."""
    named = {name.replace("_", "."): dataset for name, dataset in datasets.items()}
    return Cast(first=first, count=count, seed=seed, epoch=EPOCH, datasets=named)


def column(generator: Mapping[str, Any], mocks: Cast | None = None) -> Column:
    """Return ``{"walk": {"start": 4, "step": 1}}`` at work as the metric ``m``."""
    made = read_generator(dict(generator)).column(mocks or cast(), "m")
    assert isinstance(made, Column)
    return made


def sample(rows: Any, *, t: Any = 0.0, count: Any = 0, born: Any = 0.0, **known: Any) -> Sample:
    """Return a sample of ``rows``; single values are those of all rows."""
    positions = np.atleast_1d(np.asarray(rows, dtype=np.int64))

    def spread(value: Any, dtype: type) -> Any:
        return np.array(np.broadcast_to(np.asarray(value, dtype=dtype), positions.shape))

    entered = known.pop("entered", born)
    return Sample(
        rows=positions,
        t=spread(t, float),
        count=spread(count, int),
        born=spread(born, float),
        entered=spread(entered, float),
        readings=known,
    )


def readings(made: Column, mocks: int, times: Any) -> Iterator[Drawn]:
    """Yield what all mocks read at each of ``times``, the first being their reading 0."""
    for count, t in enumerate(times):
        yield made.draw(sample(np.arange(mocks), t=t, count=count))


def table(text: str) -> Dataset:
    return read_dataset("table.csv", text.encode())


def demo(name: str) -> Dataset:
    return read_dataset(name, (DEMO / name).read_bytes())
