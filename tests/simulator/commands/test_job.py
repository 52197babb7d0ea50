"""A job cut for its processes, and what is refused before any is started."""

from dataclasses import replace
from typing import Any

import pytest

from simulator import fault_of, parse
from simulator.commands.runs.job import SHARD, Job
from simulator.errors import DefinitionError
from simulator.lot import Credentials, Lot, MqttTarget, Part, Tls, WebSocket

SENSOR = """
name: Sensor
id: "s-{index}"
messages: {telemetry: {every: 1s, topic: "t/{id}", json: {seq: "{seq}"}}}
"""


def job(*counts: int, text: str = SENSOR) -> Job:
    document = dict(parse(text).source)
    firsts = [sum(counts[:number]) for number in range(len(counts))]
    parts = [
        Part(name=f"part {number}", document=document, first=first, count=count)
        for number, (first, count) in enumerate(zip(firsts, counts, strict=True))
    ]
    lot = Lot(duration=1.0, parts=parts, target=MqttTarget(host="h", port=1))
    return Job(lot=lot, secrets=Credentials(), datasets={})


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
@pytest.mark.parametrize("counts", [(10,), (3, 1, 8), (25_001, 40)])
def test_every_mock_is_run_once_whatever_the_processes(
    counts: tuple[int, ...], workers: int
) -> None:
    shares = job(*counts).assignments(workers)

    cut = [each for share in shares for each in share]
    mocks = sorted(number for each in cut for number in range(each.first, each.first + each.count))
    assert mocks == list(range(sum(counts)))
    assert all(each.count <= SHARD for each in cut)
    assert len({each.shard for each in cut}) == len(cut)


def test_processes_get_equally_much() -> None:
    shares = job(10_000).assignments(4)

    assert [sum(each.count for each in share) for share in shares] == [2_500] * 4


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ({"tls": Tls(ca="nonsense")}, "target.tls.ca: must be certificates in PEM"),
        ({"websocket": WebSocket(path="a b")}, "target.websocket: path must begin with /"),
        ({"websocket": WebSocket(headers={"X Y": "1"})}, "header name must be letters"),
        ({"sources": ["192.0.2.7"]}, "192.0.2.7"),
        (
            {"websocket": WebSocket(sigv4={"region": ""})},
            "target.websocket.sigv4.region: is needed: the host h does not name it",
        ),
    ],
)
def test_a_road_that_cannot_be_used_is_told_before_the_run(
    target: dict[str, Any], text: str
) -> None:
    made = job(1)
    lot = made.lot.model_copy(update={"target": MqttTarget(host="h", port=1, **target)})

    with pytest.raises(DefinitionError, match=text):
        replace(made, lot=lot).check()


def test_a_fault_that_is_aimed_at_what_is_not_there_is_told_at_its_place() -> None:
    made = job(1)
    fault = fault_of({"fault": "drop", "aim": {"where": {"site": "osaka"}}})
    lot = made.lot.model_copy(update={"faults": [fault]})

    with pytest.raises(
        DefinitionError, match=r"faults\[0\].aim.where.site: unknown variable 'site'"
    ):
        replace(made, lot=lot).check()


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ({"faults": [{"fault": "credential"}]}, r"faults\[0\].fault: the target has no cred"),
        (
            {"faults": [{"fault": "drop", "aim": {"ids": "s-1"}}]},
            r"faults\[0\].aim.ids\[0\]:",
        ),
        (
            {"faults": [{"fault": "wrong_schema", "field": "t"}]},
            r"faults\[0\].field: no message",
        ),
        ({"thresholds": ["end to end p99 < 1s"]}, r"thresholds\[0\]: end to end is measured by"),
    ],
)
def test_what_cannot_work_at_this_target_is_told_at_its_place(
    words: dict[str, Any], place: str
) -> None:
    made = job(1)
    lot = Lot.model_validate({**made.lot.model_dump(), **words})

    with pytest.raises(DefinitionError, match=place):
        replace(made, lot=lot).check()


def test_a_lot_has_no_more_mocks_over_all_its_parts_than_it_may() -> None:
    with pytest.raises(ValueError, match="at most 50,000 mocks over all parts, got 50,001"):
        job(30_000, 20_001)

    assert job(30_000, 20_000).lot.mocks == 50_000


def test_what_no_tower_would_run_is_told_with_its_part() -> None:
    with pytest.raises(
        DefinitionError, match=r"part 0: messages.telemetry.properties: .*MQTT 3.1.1"
    ):
        job(1, text=SENSOR.replace("every: 1s", "every: 1s, properties: {a: b}")).check()
