"""What derives, goes wrong or reads others gives the same bytes in any shard and any step."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from simulator import parse
from simulator.fleet import Fleet

TEXT = """
name: Plant
id: "p-{index}"
variables: {site: {choice: [a, b]}, start: {uniform: {min: 10, max: 90}}}
metrics:
  load:   {sampled: 5s, ou: {mean: 50, deviation: 10, half_life: 1min}, round: 1}
  sun:    {sampled: 20s, shared: {by: site, walk: {start: 12, step: 0.5}}}
  beside: {formula: "mock(index - 1).load"}
  plant:  {formula: "sum(mocks.load, site)", round: 1}
  heat:
    lag: {of: "load + sun", up: 30s, down: 2min}
    sensor: {min: 0, max: 120, bits: 10, noise: 0.4}
    anomalies:
      - {spike: 30 ± 9, chance: 2% per second, lasts: 7s ± 3s}
      - {dropout: null, chance: 10%}
      - {stuck: last, every: 40s ± 10s, lasts: 9s, chance: 80%}
  fan:    {hysteresis: {of: heat, on_at: 66, off_at: 60, on_delay: 5s}}
  meter:  {integral: {of: load, initial: "uniform(0, 900)", digits: 3}, anomalies: [
             {dropout: left_out, in: [hot], chance: 30%}]}
  mode:   {markov: {chain: {up: {up: 8, down: 2}, down: {up: 1}}, step: 10s}, anomalies: [
             {dropout: null, when: "load > 60", lasts: 10s}]}
  count:  {counter: {start: 1}, anomalies: [{dropout: null, at: "30 * * * * *", lasts: 15s}]}
  rate:   {derivative: {of: meter, per: 1min}}
  own:    {formula: "previous * 0.5 + normal(start, 3)", initial: 50}
messages:
  m: {every: 10s ± 3s, topic: "t/{id}", json: {l: "{load}", s: "{sun:.3f}", b: "{beside}",
       p: "{plant}", h: "{heat:.2f}", f: "{fan}", w: "{meter:.1f}", m: "{mode}", c: "{count + 1}",
       r: "{rate:.2f}", o: "{own}"}}
  n: {every: 23s, topic: "n/{id}", json: {past: {bulk: {count: 3, step: 5s, of: "{heat}"}}}}
statuses:
  run: {send: [m, n], go: [{to: hot, when: "heat > 68"}]}
  hot: {send: [m], go: [{to: run, after: 40s}]}
"""
TOTAL = 14
END = 120.0


def sent(shards: int, step: float) -> dict[str, list[tuple[float, bytes]]]:
    """Return what each address was sent, in order of time."""
    messages: dict[str, list[tuple[float, bytes]]] = {}
    definition = parse(TEXT)
    for first, last in pairwise(TOTAL * n // shards for n in range(shards + 1)):
        fleet = Fleet(
            definition, first=first, count=last - first, total=TOTAL, seed=3, epoch=1.8e9,
            is_instant=True,
        )  # fmt: skip
        for t in steps(step):
            while fleet.next_due() <= t:
                for batch in fleet.due(t).sends:
                    lines = zip(batch.addresses, batch.scheduled, batch.payloads, strict=True)
                    for address, at, payload in lines:
                        messages.setdefault(address, []).append((float(at), payload))
    return messages


def steps(step: float) -> Iterator[float]:
    yield from (step * n for n in range(int(END / step)))
    yield END


@pytest.mark.parametrize(("shards", "step"), [(1, 1.7), (2, END), (7, 30.0)])
def test_shards_and_steps_do_not_show(shards: int, step: float) -> None:
    wanted = sent(1, END)

    got = sent(shards, step)

    assert sum(len(each) for each in wanted.values()) > 150
    assert any(b'"h":null' in p for each in wanted.values() for _, p in each)
    assert any(b'"w"' not in p for name, each in wanted.items() for _, p in each if name[0] == "t")
    for address in wanted:
        assert got[address] == wanted[address]
