"""When an anomaly is going on: for each mock since when, or not at all.

Rule: an event is known by the moment of its beginning; whatever is drawn for it is drawn by that
moment, so that neither shards nor the order of readings show.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import randomness
from simulator.definition.expressions.arithmetic import truth
from simulator.definition.metrics.anomaly import Anomaly
from simulator.definition.quantities.units import Chance, Rate
from simulator.generators.base import Cast, Sample
from simulator.generators.parts.clocks import Clock
from simulator.generators.parts.expressed import known_of
from simulator.randomness import FloatArray, IntArray, KeyArray

# Events between two readings of a mock that are looked at one by one; after more, the next one is
# drawn anew from the reading on. At 1 % a second and a reading an hour there are 36.
MAX_MISSED = 100

# How far back a clock time may have begun what still goes on, s: a year.
MAX_REACH = 366 * 86_400.0

_NEVER = -np.inf


def event(moments: FloatArray) -> IntArray:
    """Return the number by which what belongs to an event is drawn: the bits of its moment."""
    return np.ascontiguousarray(moments, dtype=np.float64).view(np.int64)


class Happening:
    """One anomaly over all mocks of a cast."""

    def __init__(self, anomaly: Anomaly, cast: Cast, name: str) -> None:
        self._anomaly = anomaly
        self._name = name
        self._cast = cast
        self._keys: dict[str, KeyArray] = {}
        self._codes = cast.codes(anomaly.statuses)
        self._clock = None if anomaly.at is None else Clock(anomaly.at, cast.epoch)
        # What is remembered: since when, until when, and by hand the same; -inf is never.
        self.memory: dict[str, NDArray[Any]] = {
            "by_hand": np.full(cast.count, _NEVER),
            "hand_since": np.full(cast.count, np.nan),
        }
        share, rate = isinstance(anomaly.chance, Chance), isinstance(anomaly.chance, Rate)
        self._is_planned = any((anomaly.at, anomaly.after, anomaly.every))
        self._is_drawn = share and not self._is_planned and anomaly.when is None
        if rate or self._is_drawn or anomaly.when is not None:
            self.memory["since"] = np.full(cast.count, _NEVER)
            self.memory["until"] = np.full(cast.count, _NEVER)
        if rate:
            self.memory["next"] = np.full(cast.count, np.nan)
            self.memory["begun"] = np.zeros(cast.count, dtype=np.int64)
        if anomaly.when is not None:
            self.memory["held"] = np.zeros(cast.count, dtype=bool)

    def begin(self, rows: IntArray, until: float) -> None:
        """Let it go on by hand, from the next reading until ``until``, s since the run's start."""
        self.memory["by_hand"][rows] = until
        self.memory["hand_since"][rows] = np.nan

    def since(self, sample: Sample, read_at: FloatArray, value: Any) -> FloatArray:
        """Return since when it goes on for each mock of a sample, s; NaN where it does not.

        Args:
            sample: The readings that are taken.
            read_at: When each mock was read before, NaN for the first reading.
            value: What is read without it, for conditions; None when that has parts.
        """
        began = self._began(sample, read_at, value)
        if self._anomaly.statuses:
            began[~self._is_in(sample)] = np.nan
        hand = self._by_hand(sample)
        return began if hand is None else np.where(np.isnan(began), hand, began)

    def drawn(self, purpose: str, rows: IntArray) -> KeyArray:
        """Return the keys of some mocks for what is drawn for each event."""
        if purpose not in self._keys:
            self._keys[purpose] = self._cast.keys(f"{self._name}.{purpose}")
        return self._keys[purpose][rows]

    def _is_in(self, sample: Sample) -> NDArray[np.bool_]:
        """Return which mocks are in one of the statuses; none where nobody has a status."""
        if not len(sample.status):
            return np.zeros(len(sample), dtype=bool)
        return np.isin(sample.status, self._codes)

    def _began(self, sample: Sample, read_at: FloatArray, value: Any) -> FloatArray:
        anomaly = self._anomaly
        if self._is_planned:
            return self._while_it_lasts(sample, self._planned(sample), read_at)
        if isinstance(anomaly.chance, Rate):
            return self._remembered(sample, self._at_random(sample, anomaly.chance.hazard))
        if anomaly.when is not None:
            return self._by_condition(sample, value)
        if isinstance(anomaly.chance, Chance):
            return self._remembered(sample, self._by_share(sample, anomaly.chance.share))
        if anomaly.statuses and anomaly.lasts is not None:
            return self._while_it_lasts(sample, sample.entered, read_at)
        return sample.entered.copy() if anomaly.statuses else np.full(len(sample), np.nan)

    def _planned(self, sample: Sample) -> FloatArray:
        """Return the last moment at which it was to begin, -inf where there was none."""
        anomaly = self._anomaly
        if self._clock is not None:
            moments = self._clock.last(sample.t, reach=MAX_REACH)
            return np.where(moments >= sample.born, moments, _NEVER)
        if anomaly.after is not None:
            keys = self.drawn("after", sample.rows)
            moments = sample.born + anomaly.after.draw(keys, np.zeros(len(sample), dtype=np.int64))
            return np.where(moments <= sample.t, moments, _NEVER)
        assert anomaly.every is not None
        return self._repeated(sample, anomaly.every.interval, anomaly.every.spread)

    def _repeated(self, sample: Sample, interval: float, spread: float) -> FloatArray:
        """Return the last of ``born + k · interval ± spread``, k from 1, that is not to come."""
        last = np.full(len(sample), _NEVER)
        passed = np.floor((sample.t - sample.born) / interval).astype(np.int64)
        for more in (-1, 0, 1) if spread else (0,):
            turn = passed + more
            moments = sample.born + turn * interval
            if spread:
                share = randomness.uniform(self.drawn("every", sample.rows), turn)
                moments += spread * (2.0 * share - 1.0)
            last = np.where((turn >= 1) & (moments <= sample.t), moments, last)
        return last

    def _while_it_lasts(
        self, sample: Sample, moments: FloatArray, read_at: FloatArray
    ) -> FloatArray:
        """Return the moments of events that still go on, or that no reading has seen before."""
        if self._anomaly.lasts is None:
            before = np.where(np.isnan(read_at), _NEVER, read_at)
            goes_on = (moments > before) & (moments > _NEVER)
        else:
            goes_on = sample.t < moments + self._duration(sample.rows, moments)
        return np.where(goes_on & self._happens(sample.rows, moments), moments, np.nan)

    def _happens(self, rows: IntArray, moments: FloatArray) -> NDArray[np.bool_]:
        """Return which events take place at all: a chance beside another beginning."""
        if not isinstance(self._anomaly.chance, Chance):
            return np.ones(len(rows), dtype=bool)
        share = randomness.uniform(self.drawn("chance", rows), event(moments))
        return np.asarray(share < self._anomaly.chance.share)

    def _duration(self, rows: IntArray, moments: FloatArray) -> FloatArray:
        if self._anomaly.lasts is None:
            return np.zeros(len(rows))
        drawn: FloatArray = self._anomaly.lasts.draw(self.drawn("lasts", rows), event(moments))
        return drawn

    def _at_random(self, sample: Sample, hazard: float) -> NDArray[np.bool_]:
        """Let events come at a constant hazard; return which mocks had one since their reading."""
        rows, memory = sample.rows, self.memory
        keys = self.drawn("rate", rows)
        first = np.isnan(memory["next"][rows])
        if first.any():
            gaps = randomness.exponential(keys[first], np.zeros(int(first.sum()), dtype=np.int64))
            memory["next"][rows[first]] = sample.born[first] + gaps / hazard
        begun = np.zeros(len(rows), dtype=bool)
        for _ in range(MAX_MISSED):
            due = np.flatnonzero(memory["next"][rows] <= sample.t)
            if not len(due):
                return begun
            begun[due] = True
            self._begin_next(rows[due], memory["next"][rows[due]], keys[due], hazard)
        late = np.flatnonzero(memory["next"][rows] <= sample.t)
        memory["next"][rows[late]] = sample.t[late] + 1.0 / hazard
        return begun

    def _begin_next(
        self, rows: IntArray, moments: FloatArray, keys: KeyArray, hazard: float
    ) -> None:
        until = moments + self._duration(rows, moments)
        self.memory["since"][rows], self.memory["until"][rows] = moments, until
        self.memory["begun"][rows] += 1
        gaps = randomness.exponential(keys, self.memory["begun"][rows]) / hazard
        self.memory["next"][rows] = until + gaps

    def _by_share(self, sample: Sample, share: float) -> NDArray[np.bool_]:
        """Begin at a share of the readings at which it does not go on."""
        rows = sample.rows
        begun = randomness.uniform(self.drawn("share", rows), sample.count) < share
        begun &= self.memory["until"][rows] <= sample.t
        if self._anomaly.statuses:
            begun &= self._is_in(sample)
        self._begin(rows[begun], sample.t[begun])
        return np.asarray(begun)

    def _begin(self, rows: IntArray, moments: FloatArray) -> None:
        self.memory["since"][rows] = moments
        self.memory["until"][rows] = moments + self._duration(rows, moments)

    def _remembered(self, sample: Sample, begun: NDArray[np.bool_]) -> FloatArray:
        """Return since when what has begun goes on: until its end, or for the one reading."""
        goes_on = begun if self._anomaly.lasts is None else (
            sample.t < self.memory["until"][sample.rows]
        )  # fmt: skip
        return np.where(goes_on, self.memory["since"][sample.rows], np.nan)

    def _by_condition(self, sample: Sample, value: Any) -> FloatArray:
        assert self._anomaly.when is not None
        rows, names = sample.rows, self._anomaly.when.names
        known = known_of(sample, names - {"value"}) | {"value": value}
        holds = np.array(np.broadcast_to(truth(self._anomaly.when.evaluate(known)), len(sample)))
        rises = holds & ~self.memory["held"][rows]
        self.memory["held"][rows] = holds
        rises &= self.memory["until"][rows] <= sample.t
        self._begin(rows[rises], sample.t[rises])
        since = self.memory["since"][rows]
        goes_on = holds if self._anomaly.lasts is None else sample.t < self.memory["until"][rows]
        goes_on &= (since > _NEVER) & self._happens(rows, since)
        return np.where(goes_on, since, np.nan)

    def _by_hand(self, sample: Sample) -> FloatArray | None:
        until = self.memory["by_hand"][sample.rows]
        goes_on = until > sample.t
        if not goes_on.any():
            return None
        since = self.memory["hand_since"][sample.rows]
        since = np.where(goes_on & np.isnan(since), sample.t, since)
        self.memory["hand_since"][sample.rows] = since
        return np.where(goes_on, since, np.nan)
