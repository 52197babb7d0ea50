"""Edge Nodes as the specification demands them, read by Google's protobuf library.

Each test names the statements of Sparkplug 3.0.0 (tck-id-...) that it holds.
"""

from itertools import pairwise
from typing import Any

import pytest

from simulator import parse_document, preview
from simulator.errors import DefinitionError
from simulator.fleet import Fleet
from simulator.fleet.edge import REBIRTH, UNBORN
from tests.simulator.fleet.lives import EPOCH
from tests.simulator.fleet.memory import differences
from tests.simulator.sparkplug.nodes import Nodes, command, device
from tests.simulator.sparkplug.schema import read, value_of


@pytest.fixture
def nodes() -> Nodes:
    made = Nodes()
    made.run(0.0, 0.0)
    return made


def test_topics_begin_with_the_namespace_and_name_group_node_and_device(nodes: Nodes) -> None:
    """topics-structure-namespace-a, topics-nbirth-topic, topics-dbirth-topic, topics-ndata-topic,
    topics-ddata-topic"""
    nodes.run(5.0)

    assert {sent.topic for sent in nodes.sent} == {
        "spBv1.0/plant/NBIRTH/line-0",
        "spBv1.0/plant/DBIRTH/line-0/press",
        "spBv1.0/plant/DDATA/line-0/press",
    }


def test_births_come_first_and_the_node_before_its_devices(nodes: Nodes) -> None:
    """message-flow-edge-node-birth-publish-nbirth-payload-seq, payloads-dbirth-order,
    message-flow-device-birth-publish-nbirth-wait"""
    assert [sent.kind for sent in nodes.sent] == ["NBIRTH", "DBIRTH"]
    assert [sent.payload.seq for sent in nodes.sent] == [0, 1]


def test_a_birth_has_name_datatype_time_and_value_of_all_metrics(nodes: Nodes) -> None:
    """topics-nbirth-metric-reqs, topics-nbirth-metrics, payloads-nbirth-timestamp,
    payloads-name-birth-data-requirement, payloads-metric-datatype-req, topics-dbirth-metrics"""
    birth, press = nodes.sent

    values = {name: (m.datatype, value_of(m)) for name, m in birth.names.items()}
    assert values == {
        "bdSeq": (4, 0),
        REBIRTH: (11, False),
        "Temperature": (10, 21.5),
        "Mode": (12, "auto"),
        "Limit": (3, 7),
    }
    assert [(m.name, m.datatype, value_of(m)) for m in press.payload.metrics] == [("Count", 4, 1)]
    for sent in nodes.sent:
        assert sent.payload.timestamp == EPOCH * 1000
        assert all(metric.timestamp == EPOCH * 1000 for metric in sent.payload.metrics)


def test_an_alias_is_unique_in_the_whole_node(nodes: Nodes) -> None:
    """payloads-alias-uniqueness, payloads-alias-birth-requirement"""
    metrics = [m for sent in nodes.sent for m in sent.payload.metrics if m.HasField("alias")]

    assert len({metric.alias for metric in metrics}) == len(metrics) == 4


def test_births_and_data_are_of_qos_0_and_not_retained(nodes: Nodes) -> None:
    """payloads-nbirth-qos, payloads-nbirth-retain, payloads-dbirth-qos, payloads-ndata-qos,
    payloads-ndata-retain, payloads-ddata-qos"""
    nodes.run(5.0)

    assert {(sent.qos, sent.retain) for sent in nodes.sent} == {(0, False)}


def test_data_names_metrics_by_alias_alone(nodes: Nodes) -> None:
    """payloads-alias-data-cmd-requirement, payloads-ddata-timestamp, payloads-ddata-seq"""
    (count,) = [m for sent in nodes.sent for m in sent.payload.metrics if m.name == "Count"]

    data = nodes.run(5.0)

    assert len(data) >= 4
    for sent in data:
        (metric,) = sent.payload.metrics
        assert metric.alias == count.alias
        assert not metric.HasField("name")
        assert not metric.HasField("datatype")
        assert metric.timestamp == sent.payload.timestamp == round((EPOCH + sent.t) * 1000)


def test_sequence_numbers_go_round_after_255(nodes: Nodes) -> None:
    """payloads-sequence-num-incrementing, payloads-sequence-num-req-nbirth"""
    nodes.run(300.0)

    numbers = [sent.payload.seq for sent in nodes.sent]
    assert numbers == [n % 256 for n in range(len(numbers))]
    assert len(numbers) > 256


def test_only_what_changed_is_reported() -> None:
    """operational-behavior-data-publish-nbirth-change, -dbirth-change: report by exception"""
    changing = {"temperature": {"pick": {"values": [1, 1, 2, 2], "order": "in_order"}}}
    nodes = Nodes(device(metrics=changing, sparkplug={"devices": {}}))
    nodes.run(0.0, 0.0)

    data = nodes.run(12.0)

    assert {sent.kind for sent in data} == {"NDATA"}
    assert [[value_of(m) for m in sent.payload.metrics] for sent in data][:3] == [[2], [1], [2]]
    assert len(data) <= 6


def test_nodes_that_have_nothing_to_report_are_silent() -> None:
    metrics = {"Temperature": "{temperature:.1f}"}
    nodes = Nodes(device(sparkplug={"metrics": metrics, "devices": {}}), count=3)
    nodes.run(0.0, 0.0)

    assert nodes.run(10.0) == []


def test_all_metrics_may_be_reported_each_time() -> None:
    nodes = Nodes(device(sparkplug={"report": "all"}))
    nodes.run(0.0, 0.0)

    data = nodes.run(5.0)

    assert {len(s.payload.metrics) for s in data if s.kind == "NDATA"} == {3}
    assert len([s for s in data if s.kind == "NDATA"]) >= 4


def test_a_deadband_holds_small_changes_back() -> None:
    ramp = {"temperature": {"ramp": {"from": 0, "to": 100, "over": "100s"}}}
    metrics = {"Temperature": {"value": "{temperature}", "deadband": 4.5}}
    nodes = Nodes(device(metrics=ramp, sparkplug={"metrics": metrics, "devices": {}}))
    nodes.run(0.0, 0.0)

    data = nodes.run(30.0)

    values = [value_of(sent.payload.metrics[0]) for sent in data]
    assert all(later - earlier > 4.5 for earlier, later in pairwise(values))
    assert len(values) in (5, 6)


def test_the_will_is_the_death_of_its_connection(nodes: Nodes) -> None:
    """payloads-ndeath-will-message, -will-message-qos, -will-message-retain, payloads-ndeath-seq,
    payloads-ndeath-bdseq, topics-ndeath-payload, message-flow-edge-node-birth-publish-will-message
    """
    (will,) = nodes.wills

    death = read(will.payload)
    assert (will.topic, will.qos, will.retain) == ("spBv1.0/plant/NDEATH/line-0", 1, False)
    assert not death.HasField("seq")
    assert [(m.name, value_of(m)) for m in death.metrics] == [("bdSeq", 0)]


def test_each_connection_has_the_next_birth_and_death_number(nodes: Nodes) -> None:
    """payloads-nbirth-bdseq, payloads-nbirth-bdseq-repeat, payloads-ndeath-bdseq,
    message-flow-edge-node-birth-publish-bdseq-num"""
    for turn in range(1, 258):
        nodes.fleet.disconnected([0], float(turn))
        nodes.connect([0], turn + 0.5)
        nodes.run(turn + 0.5)

    births = [sent for sent in nodes.sent if sent.kind == "NBIRTH"]
    numbers = [value_of(sent.names["bdSeq"]) for sent in births]
    assert numbers == [n % 256 for n in range(258)]
    assert numbers == [value_of(read(will.payload).metrics[0]) for will in nodes.wills]
    assert {sent.payload.seq for sent in births} == {0}


def test_a_node_that_leaves_on_purpose_says_so_before() -> None:
    """operational-behavior-edge-node-intentional-disconnect-ndeath"""
    statuses = {
        "up": {"send": ["NDATA"], "go": [{"to": "down", "after": "5s"}]},
        "down": {"connected": False, "go": [{"to": "up", "after": "5s"}]},
    }
    nodes = Nodes(device(statuses=statuses, sparkplug={"devices": {}}))

    sent = nodes.run(0.0, 4.0, 6.0, 11.0, 12.0)

    kinds = [each.kind for each in sent if each.kind != "NDATA"]
    assert kinds == ["NBIRTH", "NDEATH", "NBIRTH"]
    death = next(each for each in sent if each.kind == "NDEATH")
    assert not death.payload.HasField("seq")
    assert (death.qos, value_of(death.names["bdSeq"])) == (1, 0)
    births = [each for each in sent if each.kind == "NBIRTH"]
    assert [value_of(each.names["bdSeq"]) for each in births] == [0, 1]


def test_a_node_listens_to_its_commands(nodes: Nodes) -> None:
    """message-flow-edge-node-ncmd-subscribe, message-flow-device-dcmd-subscribe"""
    assert nodes.fleet.subscriptions(0) == (
        "spBv1.0/plant/NCMD/line-0",
        "spBv1.0/plant/DCMD/line-0/#",
    )


def test_a_rebirth_is_given_when_it_is_asked_for(nodes: Nodes) -> None:
    """operational-behavior-data-commands-rebirth-action-1, -2, -3, payloads-nbirth-rebirth-req"""
    nodes.run(3.2)

    nodes.fleet.received(0, "spBv1.0/plant/NCMD/line-0", command(Node_Control__Rebirth=True), 3.2)
    sent = nodes.run(3.2)

    assert [each.kind for each in sent] == ["NBIRTH", "DBIRTH"]
    assert [each.payload.seq for each in sent] == [0, 1]
    assert value_of(sent[0].names["bdSeq"]) == 0
    assert sent[0].t == 3.2
    assert value_of(sent[0].names[REBIRTH]) is False


@pytest.mark.parametrize(
    "payload",
    [command(Node_Control__Rebirth=False), b"", b"\xff\xff\xff", b"\x12\x7f", command(Other=1)],
)
def test_what_is_no_command_does_nothing(nodes: Nodes, payload: bytes) -> None:
    nodes.run(0.5)

    nodes.fleet.received(0, "spBv1.0/plant/NCMD/line-0", payload, 0.5)
    nodes.fleet.received(0, "spBv1.0/plant/DCMD/line-0/other", payload, 0.5)

    assert nodes.run(0.5) == []


def test_a_command_writes_a_metric_and_the_next_data_tells_it(nodes: Nodes) -> None:
    """payloads-ncmd-..., operational-behavior-data-commands-ncmd-metric-value"""
    nodes.run(3.0)
    topic = "spBv1.0/plant/NCMD/line-0"

    nodes.fleet.received(0, topic, command(Mode="manual", Limit=2**32 - 5), 3.2)
    data = [sent for sent in nodes.run(5.0) if sent.kind == "NDATA"]

    told = {m.alias: value_of(m) for m in data[0].payload.metrics}
    birth = {m.alias: name for name, m in nodes.sent[0].names.items()}
    assert {birth[alias]: value for alias, value in told.items()} == {
        "Mode": "manual",
        "Limit": 2**32 - 5,  # an Int32 of -5: two's complement in int_value
    }
    assert len(data) == 1


def test_what_was_buffered_is_historical_and_numbered_when_it_leaves() -> None:
    """operational-behavior-... is_historical, payloads-sequence-num-incrementing"""
    nodes = Nodes(device(buffer={"size": 100, "rate": "5 per second"}))
    nodes.run(0.0, 3.0)
    nodes.fleet.disconnected([0], 3.0)
    before = len(nodes.sent)
    nodes.run(7.0)
    assert len(nodes.sent) == before

    nodes.connect([0], 7.5)
    sent = nodes.run(12.0)

    assert [each.kind for each in sent[:2]] == ["NBIRTH", "DBIRTH"]
    assert [each.payload.seq for each in sent] == list(range(len(sent)))
    old = [each for each in sent[2:] if each.t < 7.5]
    assert len(old) >= 3
    assert all(m.is_historical for each in old for m in each.payload.metrics)
    assert all(each.payload.timestamp == round((EPOCH + each.t) * 1000) for each in old)
    new = [each for each in sent[2:] if each.t > 7.5]
    assert not any(m.is_historical for each in new for m in each.payload.metrics)


def test_no_data_goes_before_the_birth(nodes: Nodes) -> None:
    """message-flow-device-birth-..., payloads-nbirth-... : NBIRTH is the first message"""
    nodes.run(3.0)
    nodes.fleet.disconnected([0], 3.0)

    nodes.connect([0], 6.5)  # told before the fleet was asked for what was due until then
    due = nodes.fleet.due(8.0)

    kinds = [batch.message for batch in due.sends]
    assert kinds[:2] == ["NBIRTH", "DBIRTH"]
    assert {why for _, why in due.drops} == {UNBORN}
    assert len(due.drops) >= 3


def test_a_preview_shows_births_and_deaths() -> None:
    statuses = {
        "up": {"send": ["DDATA press"], "go": [{"to": "down", "after": "5s"}]},
        "down": {"connected": False, "go": [{"to": "up", "after": "5s"}]},
    }

    sent = list(preview(parse_document(device(statuses=statuses)), duration=12.0))

    kinds = [message.message for message in sent if message.message != "DDATA press"]
    assert kinds == ["NBIRTH", "DBIRTH", "NDEATH", "NBIRTH", "DBIRTH"]
    assert not any(5 < message.t < 10 for message in sent)


def test_nodes_go_on_from_a_checkpoint() -> None:
    nodes, other = Nodes(count=3), Nodes(count=3)
    nodes.run(0.0, 7.3)

    other.fleet.restore(nodes.fleet.state())

    assert differences(nodes.fleet, other.fleet) == []
    assert other.run(9.0, 20.0) == nodes.run(9.0, 20.0)


def test_neither_steps_nor_shards_show() -> None:
    whole = Nodes(count=3)
    whole.run(0.0, *(n / 2 for n in range(41)))
    part = Nodes()
    part.fleet = Fleet(parse_document(device()), first=2, count=1, total=3, epoch=EPOCH)
    part.run(0.0, 20.0)

    seen = [(sent.t, sent.topic, sent.payload) for sent in whole.sent if sent.row == 2]
    assert seen == [(sent.t, sent.topic, sent.payload) for sent in part.sent]


@pytest.mark.parametrize(
    ("sparkplug", "text"),
    [
        ({"node": "a/b"}, "sparkplug.node: an ID of Sparkplug has none of '/', '+' and '#'"),
        ({"group": "{sit}"}, "sparkplug.group: unknown"),
        ({"metrics": {"T": "{temprature}"}}, "sparkplug.metrics.T: unknown metric 'temprature'"),
        ({"metrics": {"T": {"value": "1", "type": "int32"}}}, "sparkplug.metrics.T.type"),
        ({"metrics": {"T": {"value": "1", "write": "mod"}}}, "unknown variable 'mod', did you"),
        ({"every": "10 parsecs"}, "sparkplug.every: wrong unit 'parsecs'"),
        ({"devices": {"a#": {"metrics": {"T": "1"}}}}, "an ID of Sparkplug has none of"),
        ({"qos": 1}, "unknown word 'qos'"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(sparkplug: dict[str, Any], text: str) -> None:
    with pytest.raises(DefinitionError) as refusal:
        parse_document(device(sparkplug=sparkplug))

    assert text in str(refusal.value)


def test_the_document_stays_as_it_was_given() -> None:
    document = device()

    assert {**parse_document(document).source, "version": 2} == {**document, "version": 2}
