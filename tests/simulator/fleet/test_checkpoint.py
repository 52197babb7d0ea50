"""A fleet that is stopped at any moment and goes on elsewhere sends what it would have sent."""

import re
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Definition, parse, parse_document
from simulator.definition.metrics.generator import KINDS
from simulator.definition.metrics.metric import Metric
from simulator.fleet import Fleet, checkpoint
from simulator.generators.base import LEFT_OUT
from simulator.lot.pace import Pace
from simulator.lot.ramp import Ramp
from tests.simulator.fleet.lives import EPOCH, Life, datasets_of, fleet, live
from tests.simulator.fleet.memory import differences

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/definition.md").read_text()
PATHS = sorted(path for path in (ROOT / "tests/definitions").iterdir() if path.is_file())
SAMPLES = {path.stem: path.read_text() for path in PATHS}
EXAMPLES = dict(enumerate(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)))
TEXTS = {**SAMPLES, **{f"reference {number}": text for number, text in EXAMPLES.items()}}
METRICS = [(word, n) for word, kind in sorted(KINDS.items()) for n in range(len(kind.examples))]

MOCKS = 3
# s of a life that is watched: a fast definition sends some thousand messages in a minute.
SPAN = 40.0


@cache
def definition(name: str) -> Definition:
    return parse(TEXTS[name])


def fresh(name: str, *, count: int = MOCKS) -> Fleet:
    return made(definition(name), count=count)


def made(device: Definition, *, count: int = MOCKS) -> Fleet:
    datasets = datasets_of(*device.metrics.values(), *device.variables.values())
    return Fleet(device, count=count, seed=7, epoch=EPOCH, datasets=datasets)


def told(life: Life) -> list[Any]:
    """What a life shows outside, each mock's in its order."""
    return [sorted(life.sent), sorted(life.moves), sorted(life.connects), sorted(life.disconnects)]


def alone(example: dict[str, Any]) -> Definition:
    """A device with the metrics of an example, one or several with their names."""
    is_one = any(word in KINDS for word in example)
    metrics = {"value": example} if is_one else example
    read = {name: Metric.model_validate(metric) for name, metric in metrics.items()}
    known = {"index", "id", "age", "now", "time_in_status", *read}
    names = {name for metric in read.values() for name in metric.names()}
    others = {name: {"constant": 1.5} for name in names if name.partition(".")[0] not in known}
    places = [f"{n}.{part}" for n, each in read.items() for part in each.parts()]
    values = [*places, *(name for name, each in read.items() if not each.parts())]
    json = [f"{{{value}}}" for value in values]
    document = {"name": "x", "id": "x-{index}", "metrics": {**others, **metrics}}
    return parse_document({**document, "messages": {"m": {"every": "1s", "json": json}}})


def prod(mocks: Fleet, t: float) -> None:
    """Give every mock something to do: a command on each topic that it listens to."""
    for row in range(len(mocks.identities)):
        for topic_filter in mocks.subscriptions(row):
            topic = topic_filter.replace("+", "x").replace("#", "x")
            mocks.received(row, topic, b'{"action": "update", "value": 7}', t)


def lived(mocks: Fleet, times: list[float]) -> Life:
    """Live on, a command coming in before every third look."""
    life = Life()
    for number, t in enumerate(times):
        if number % 3 == 2:
            prod(mocks, t)
        part = live(mocks, [t])
        for name, entries in vars(part).items():
            getattr(life, name).extend(entries)
    return life


@cache
def course(name: str) -> tuple[list[float], list[Any]]:
    """The looks at a fleet of one definition, and what it showed after each of them."""
    mocks, times = fresh(name), np.linspace(0.0, SPAN, 21).tolist()
    return times, [told(lived(mocks, [t])) for t in times]


@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=3, deadline=None, derandomize=True, database=None)
@given(stop=st.integers(0, 19))
def test_going_on_from_a_checkpoint_gives_the_same_bytes(name: str, stop: int) -> None:
    times, shown = course(name)
    mocks = fresh(name)
    for t in times[: stop + 1]:
        lived(mocks, [t])

    other = fresh(name)
    other.restore(mocks.state())

    assert [told(lived(other, [t])) for t in times[stop + 1 :]] == shown[stop + 1 :]


@pytest.mark.parametrize("name", TEXTS)
def test_a_restored_fleet_remembers_all_that_the_other_one_did(name: str) -> None:
    mocks, other = fresh(name), fresh(name)
    lived(mocks, np.linspace(0.0, SPAN, 9).tolist())
    prod(mocks, SPAN)

    other.restore(mocks.state())

    assert differences(mocks, other) == []


@pytest.mark.parametrize(("word", "number"), METRICS)
def test_a_restored_metric_goes_on_as_it_was(word: str, number: int) -> None:
    device = alone(yaml.safe_load(KINDS[word].examples[number]))
    mocks, other = made(device), made(device)
    live(mocks, np.linspace(0.0, 20.0, 5).tolist())

    other.restore(mocks.state())

    assert differences(mocks, other) == []
    assert live(other, [SPAN]) == live(mocks, [SPAN])


def test_what_a_fleet_forgets_would_be_found() -> None:
    mocks, other = fleet(count=3), fleet(count=3)
    live(mocks, [0.0, 5.0])
    state = mocks.state()
    mocks._mocks.sequence[1] += 1

    other.restore(state)

    assert differences(mocks, other) == ["_parts.mocks.sequence"]


def test_a_mock_takes_little_room() -> None:
    mocks = fresh("cold-chain", count=1_000)
    live(mocks, [0.0, 60.0])

    assert len(mocks.state()) < 200 * 1_000


def test_a_message_that_waits_to_be_read_is_read_after_the_move() -> None:
    statuses = {
        "a": {"send": ["ping"], "go": [{"to": "b", "on": {"topic": "cmd/{id}"}}]},
        "b": {"send": ["ping"]},
    }
    mocks, other = fleet(statuses=statuses), fleet(statuses=statuses)
    live(mocks, [0.0])
    mocks.received(0, "cmd/d-0", b"\xff\x00", 2.5)

    other.restore(mocks.state())

    assert live(other, [5.0]).moves == [(2.5, 0, "a", "b", "command on cmd/d-0")]


def test_a_checkpoint_tells_who_is_to_be_connected() -> None:
    mocks, other = (
        fleet(count=4, pace=Pace(ramp=Ramp(over=4.0))),
        fleet(count=4, pace=Pace(ramp=Ramp(over=4.0))),
    )
    live(mocks, [0.0, 2.0])

    other.restore(mocks.state())

    assert other.wanted == [0, 1, 2]


def tampered(state: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A checkpoint whose contents are changed and whose checksum is right."""
    whole = zstandard.ZstdDecompressor().decompress(state[7:])
    rest = zstandard.ZstdCompressor().compress(change(whole))
    return struct.pack(">2sBI", b"MF", 3, zlib.crc32(rest)) + rest


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda s: b"", "checkpoint must begin with b'MF', got b''"),
        (lambda s: b"xx" + s[2:], "checkpoint must begin with b'MF', got b'xx'"),
        (lambda s: s[:2] + b"\x09" + s[3:], "checkpoint must be of version 3, got version 9"),
        (lambda s: s[:-1], "checkpoint is damaged: its checksum is another one"),
        (lambda s: s[:20] + b"\x00" + s[21:], "checkpoint is damaged: its checksum is another one"),
        (lambda s: tampered(s, lambda data: data[:-3]), "checkpoint is cut off in"),
        (lambda s: tampered(s, lambda data: data + b"."), "checkpoint has 1 bytes too many"),
        (lambda s: tampered(s, lambda data: data[:2]), "checkpoint is not written as version 3 is"),
        (lambda s: tampered(s, lambda d: d.replace(b"turns", b"burns")), "state must have the"),
    ],
)
def test_a_spoiled_checkpoint_is_refused(spoil: Callable[[bytes], bytes], text: str) -> None:
    state = fleet(count=2).state()

    with pytest.raises(ValueError, match=re.escape(text)):
        fleet(count=2).restore(spoil(state))


@pytest.mark.parametrize(
    ("other", "text"),
    [
        ({"count": 3}, "mocks must be 3, got 2"),
        ({"count": 2, "first": 5}, "first mock must be 5, got 0"),
        ({"count": 2, "seed": 2}, "seed must be 2, got 1"),
        ({"count": 2, "rate": 2.0}, "rate must be 2.0, got None"),
        ({"count": 2, "metrics": {"a": {"constant": 1}}}, "definition must be"),
    ],
)
def test_a_checkpoint_of_another_fleet_is_refused(other: dict[str, Any], text: str) -> None:
    state = fleet(count=2).state()

    with pytest.raises(ValueError, match=re.escape(f"checkpoint is of another fleet: {text}")):
        fleet(**other).restore(state)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary() | st.just(LEFT_OUT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(values=st.lists(VALUES, max_size=5))
def test_objects_come_back_as_they_were(values: list[Any]) -> None:
    column = np.empty(len(values), dtype=object)
    column[:] = values

    back = checkpoint.unpack(checkpoint.pack({}, {"a": column}), {})

    assert back["a"].tolist() == values


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32, np.int64, np.uint64, np.float64])
@pytest.mark.parametrize("shape", [(0,), (5,), (4, 3), (2, 0)])
def test_numbers_come_back_as_they_were(dtype: type, shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)

    back = checkpoint.unpack(checkpoint.pack({}, {"a": values}), {})["a"]

    assert back.dtype == dtype
    assert np.array_equal(back, values)
    back[...] = 1  # it may be written to


def test_a_definition_in_other_words_is_another_one() -> None:
    text = {"name": "x", "id": "a-{index}", "messages": {"m": {"every": "1s", "json": "{seq}"}}}
    state = Fleet(parse_document(text)).state()

    with pytest.raises(ValueError, match="definition must be"):
        Fleet(parse_document({**text, "name": "y"})).restore(state)
