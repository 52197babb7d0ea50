"""Every kind of generator in a fleet: neither shards, steps nor a checkpoint change a byte."""

import pytest

from docs.press.drawn import datasets, document_of
from simulator import Definition, parse
from simulator.definition.metrics.generator import KINDS
from simulator.fleet import Fleet

DATASETS = datasets()
MOCKS = 6  # as many as the smallest table of the examples has rows
ALONE = (0, 4)  # those that are run once more, each in a shard of its own
STEPS, STOP, END = (0.0, 3.3), 9.7, 15.0


def made(definition: Definition, first: int, count: int) -> Fleet:
    return Fleet(
        definition, first=first, count=count, total=MOCKS, seed=11, epoch=1.8e9,
        datasets=DATASETS, is_instant=True,
    )  # fmt: skip


def sent(fleet: Fleet, *times: float) -> list[tuple[float, str, bytes]]:
    """Return what is sent until the last time: when, by whom, what."""
    lines: list[tuple[float, str, bytes]] = []
    for t in times:
        while fleet.next_due() <= t:
            for batch in fleet.due(t).sends:
                ids = [fleet.identities[row] for row in batch.rows]
                lines += zip(batch.scheduled.tolist(), ids, batch.payloads, strict=True)
    return lines


def sent_with_a_break(definition: Definition, mock: int) -> list[tuple[float, str, bytes]]:
    """Return what one mock sends alone in its shard, which stops and goes on elsewhere."""
    before, after = made(definition, mock, 1), made(definition, mock, 1)
    first = sent(before, *STEPS, STOP)
    after.restore(before.state())
    return first + sent(after, END)


@pytest.mark.parametrize("word", sorted(KINDS))
def test_every_kind_gives_the_same_bytes_however_its_mocks_are_run(word: str) -> None:
    definition = parse(document_of(KINDS[word].examples[-1]), datasets=DATASETS)

    whole = sent(made(definition, 0, MOCKS), END)

    for mock in ALONE:
        alone = sent_with_a_break(definition, mock)
        assert len(alone) > 1
        assert alone == [line for line in whole if line[1] == alone[0][1]]
