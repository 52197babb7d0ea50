"""How many shards of a Kinesis stream a lot's records need, told before it starts.

Rule: from the messages that its definitions would send, made into the very records that would go
out; where they do not tell, it is said rather than guessed.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from time import monotonic

import simulator
from web.drains.documents import lines_of_sends
from web.drains.models import Drain, Kind
from web.drains.senders.kinesis import SHARD_BYTES, SHARD_RECORDS
from web.lots.estimate import rate_of
from web.lots.models import Lot

ROOM = 1.25  # more than the mean: devices are not spread evenly over shards, nor over seconds
SAMPLES = 20  # messages of a definition whose size is taken
WINDOW = 600.0  # s of virtual time in which they are looked for
MOST_SECONDS = 0.5  # s that one definition may take; a page waits for it


@dataclass(frozen=True, slots=True)
class Flow:
    """What a lot's records are together."""

    records: float  # a second
    size: float  # bytes a second


@dataclass(frozen=True, slots=True)
class Sizing:
    """What one drain needs for a lot; ``flow`` None: its definitions do not tell beforehand."""

    drain: Drain
    flow: Flow | None

    @property
    def shards(self) -> int:
        """How many shards take it, with ``ROOM``."""
        return shards_for(self.flow.size) if self.flow else 0

    @property
    def apart(self) -> int:
        """How many it would be if each record went alone."""
        if self.flow is None:
            return 0
        by_count = math.ceil(self.flow.records * ROOM / SHARD_RECORDS)
        return max(self.shards, by_count)

    @property
    def is_short(self) -> bool:
        """Whether the stream, as last seen, has fewer."""
        return self.drain.shards is not None and self.drain.shards < self.shards


def shards_for(size: float) -> int:
    """Return how many shards take so many bytes a second, with ``ROOM``; at least one."""
    return max(1, math.ceil(size * ROOM / SHARD_BYTES))


def sizings_of(lot: Lot) -> list[Sizing]:
    """Return what each drain to a Kinesis stream needs that takes this lot's records.

    The lot was fetched with its parts and their definitions. Without such a drain nothing is
    looked at.
    """
    drains = [drain for drain in streams_of(lot) if takes(drain, lot)]
    if not drains:
        return []
    whole = flow_of(
        (simulator.check(part.definition.text).definition, part.count, part.rate)
        for part in lot.parts.all()
    )
    return [Sizing(drain, whole and shared(whole, drain)) for drain in drains]


def streams_of(lot: Lot) -> Iterable[Drain]:
    """Return the drains to streams in the lot's workspace."""
    rows = Drain.objects.filter(workspace=lot.workspace_id, kind=Kind.KINESIS, paused=None)
    return rows.select_related("workspace").prefetch_related("lots").order_by("name")


def takes(drain: Drain, lot: Lot) -> bool:
    """Return whether runs of the lot are among those that the drain takes."""
    lots = [each.id for each in drain.lots.all()]
    if lots and lot.id not in lots:
        return False
    return not drain.tag_list or bool(set(drain.tag_list) & set(lot.tag_list))


def shared(flow: Flow, drain: Drain) -> Flow:
    """Return what a drain takes of it at most; a failure is always taken, so none is left out."""
    share = drain.share if not drain.events or "send" in drain.events else 0.0
    return Flow(flow.records * share, flow.size * share)


def flow_of(
    parts: Iterable[tuple[simulator.Definition | None, int, float | None]],
) -> Flow | None:
    """Return what all parts make, while mocks stay in their first status; None: it is not told.

    Args:
        parts: Definition (None: it has errors), number of mocks, messages/s of each instead of its
            own.
    """
    records = size = 0.0
    for definition, count, override in parts:
        rate = rate_of(definition, override) if definition else None
        mean = mean_size(definition) if definition else None
        if rate is None or mean is None:
            return None
        records += rate * count
        size += rate * count * mean
    return Flow(records, size)


def mean_size(definition: simulator.Definition) -> float | None:
    """Return the mean bytes of a record of this definition; None where nothing can be sent."""
    try:
        sent = list(islice(_in_time(definition), SAMPLES))
    except (simulator.DatasetError, simulator.DefinitionError):
        return None  # it needs a dataset, which the page of a lot does not fetch
    sizes = [len(line.data) for line in lines_of_sends(sent)]
    return sum(sizes) / len(sizes) if sizes else None


def _in_time(definition: simulator.Definition) -> Iterator[simulator.PreviewMessage]:
    """Yield what it would send, until the time for it is over."""
    until = monotonic() + MOST_SECONDS
    for message in simulator.preview(definition, duration=WINDOW, limit=SAMPLES):
        yield message
        if monotonic() > until:
            return
