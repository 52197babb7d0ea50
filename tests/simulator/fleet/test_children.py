"""Gateways: devices that send over the connection of another one."""

from typing import Any

import numpy as np
import orjson
import pytest

from simulator import parse_document, preview
from simulator.errors import DefinitionError
from simulator.fleet import Due, Fleet, brood
from tests.simulator.fleet.lives import EPOCH, steps
from tests.simulator.fleet.memory import differences

CHILD = {
    "count": 3,
    "id": "{parent}-{child:02d}",
    "variables": {"kind": {"choice": ["a", "b"]}},
    "metrics": {"level": {"uniform": {"min": 0, "max": 100}}},
    "messages": {
        "level": {
            "every": "1s",
            "topic": "{parent}/{child}/{id}",
            "json": {"id": "{id}", "n": "{index}", "seq": "{seq}", "level": "{level:.1f}"},
        }
    },
}


def gateway(*, children: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Gateway",
        "id": "gw-{index}",
        "messages": {"alive": {"every": "2s", "topic": "{id}/alive", "json": "{seq}"}},
        "children": {**CHILD, **(children or {})},
        **changes,
    }


def made(document: dict[str, Any] | None = None, **settings: Any) -> Fleet:
    return Fleet(parse_document(document or gateway()), **{"epoch": EPOCH, **settings})


def lived(mocks: Fleet, times: list[float]) -> Due:
    """Everything that falls due, each mock connected as soon as it asks for it."""
    whole = Due()
    for t in times:
        while True:
            due = mocks.due(t)
            for name in ("connect", "moves", "sends", "drops", "disconnect", "ended"):
                getattr(whole, name).extend(getattr(due, name))
            mocks.connected(due.connect, t)
            if mocks.next_due() > t:
                break
    return whole


def spoken(due: Due) -> list[tuple[float, int, str, str, bytes]]:
    """What children sent: when, in whose row, as whom, where to."""
    return sorted(
        entry
        for batch in due.sends
        if batch.devices is not None
        for entry in zip(
            batch.scheduled.tolist(),
            batch.rows.tolist(),
            batch.devices,
            batch.addresses,
            batch.payloads,
            strict=True,
        )
    )


def test_children_send_in_the_row_of_their_gateway_under_their_own_names() -> None:
    sent = spoken(lived(made(count=2, first=5, total=9), [0.0, 10.0]))

    assert {(row, name, topic) for _, row, name, topic, _ in sent} == {
        (row, f"gw-{5 + row}-{n:02d}", f"gw-{5 + row}/{n}/gw-{5 + row}-{n:02d}")
        for row in (0, 1)
        for n in range(3)
    }
    for _, row, name, _, payload in sent:
        said = orjson.loads(payload)
        assert said["id"] == name
        assert said["n"] == (5 + row) * 3 + int(name[-2:])
    counts: dict[str, list[int]] = {}
    for _, _, name, _, payload in sent:
        counts.setdefault(name, []).append(orjson.loads(payload)["seq"])
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in counts.values())
    assert all(len(numbers) >= 9 for numbers in counts.values())


def test_the_gateway_goes_on_as_it_would_without_them() -> None:
    alone = {name: value for name, value in gateway().items() if name != "children"}

    due, other = lived(made(), [0.0, 20.0]), lived(made(alone), [0.0, 20.0])

    own = [batch for batch in due.sends if batch.devices is None]
    assert [batch.payloads for batch in own] == [batch.payloads for batch in other.sends]
    assert due.connect == other.connect == [0]


STATUSES = {
    "up": {"send": ["alive"], "go": [{"to": "down", "after": "10.5s"}]},
    "down": {"connected": False, "go": [{"to": "back", "after": "5s"}]},
    "back": {"send": ["alive"]},
}


@pytest.mark.parametrize(("step", "back"), [(0.1, 15.6), (4.0, 16.0)])
def test_children_are_off_line_while_their_gateway_is(step: float, back: float) -> None:
    due = lived(made(gateway(statuses=STATUSES)), steps(30.0, step))

    times = [t for t, *_ in spoken(due)]
    lost = np.concatenate([batch.scheduled for batch, _ in due.drops])
    assert not any(10.5 < t < 15.5 for t in times)
    assert ((lost > 10.5) & (lost <= back)).all()
    assert len(lost) >= 12
    assert {why for _, why in due.drops} == {brood.OFF_LINE}
    assert {name for batch, _ in due.drops for name in batch.devices or []} == {
        "gw-0-00", "gw-0-01", "gw-0-02"
    }  # fmt: skip


def test_a_preview_shows_what_children_send() -> None:
    sent = list(preview(parse_document(gateway(statuses=STATUSES)), duration=30.0))

    times = [message.t for message in sent if message.message == "level"]
    assert not any(10.5 < t < 15.5 for t in times)
    assert len([t for t in times if t < 10.5]) >= 30
    assert len([t for t in times if t > 15.5]) >= 40


def test_children_keep_what_they_cannot_send_in_buffers_of_their_own() -> None:
    document = gateway(statuses=STATUSES, children={"buffer": 100})

    due = lived(made(document), steps(30.0, 0.1))

    assert due.drops == []
    for name in ("gw-0-00", "gw-0-01", "gw-0-02"):
        numbers = [orjson.loads(p)["seq"] for _, _, n, _, p in spoken(due) if n == name]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_a_child_has_statuses_of_its_own() -> None:
    statuses = {
        "fine": {"send": ["level"], "go": [{"to": "flat", "after": "4s"}]},
        "flat": {"connected": False, "send": ["level"]},
    }
    mocks = made(gateway(children={"statuses": statuses}))

    due = lived(mocks, steps(10.0, 0.5))

    assert mocks.statuses == ("running", "fine", "flat")
    moves = [(move.row, move.device, mocks.statuses[move.after]) for move in due.moves]
    assert sorted(moves) == [(0, f"gw-0-{n:02d}", "flat") for n in range(3)]
    assert max(t for t, *_ in spoken(due)) <= 4.5
    assert {why for _, why in due.drops} == {brood.SWITCHED_OFF}
    codes = {int(code) for b in due.sends if b.devices for code in b.statuses}
    assert codes == {1}


def test_a_command_reaches_the_child_that_it_is_for() -> None:
    answer = {"topic": "ack/{id}", "json": "{seq}"}
    replies = {"ack": {"on": {"topic": "cmd/{id}"}, "send": answer}}
    mocks = made(gateway(children={"replies": replies, "count": 2}), count=2)
    lived(mocks, [0.0, 3.0])

    assert mocks.subscriptions(1) == ("cmd/gw-1-00", "cmd/gw-1-01")
    mocks.received(1, "cmd/gw-1-01", b"{}", 3.0)
    answers = [s for s in spoken(lived(mocks, [3.5])) if s[3].startswith("ack")]

    assert [(row, name, topic) for _, row, name, topic, _ in answers] == [
        (1, "gw-1-01", "ack/gw-1-01")
    ]


def test_gateways_go_on_from_a_checkpoint() -> None:
    document = gateway(statuses=STATUSES, children={"buffer": 10})
    mocks, other = made(document, count=2), made(document, count=2)
    lived(mocks, steps(12.0, 0.5))

    other.restore(mocks.state())

    assert differences(mocks, other) == []
    times = steps(30.0, 0.5)[25:]
    assert spoken(lived(other, times)) == spoken(lived(mocks, times))


def test_shards_do_not_show() -> None:
    whole = spoken(lived(made(count=4), [0.0, 10.0]))

    part = spoken(lived(made(count=2, first=2, total=4), [0.0, 10.0]))

    assert [entry[2:] for entry in whole if entry[1] >= 2] == [entry[2:] for entry in part]


def test_too_many_children_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brood, "MAX_CHILDREN", 8)

    with pytest.raises(DefinitionError, match=r"children.count: 3 gateways .* got 9"):
        made(count=3)


@pytest.mark.parametrize(
    ("children", "text"),
    [
        ({"count": 0}, "children.count: must be a whole number from 1 to 200, got 0"),
        ({"count": "many"}, "children.count: must be a whole number from 1 to 200, got 'many'"),
        ({"children": {}}, "children.children: 'children' is not for children"),
        ({"id": "{parent}"}, "children.id: needs {index}"),
        ({"id": "{parent}-{child}-{x}"}, "children.id: unknown"),
        ({"metrics": {"level": {"uniform": {"min": 5, "max": 1}}}}, "children.metrics.level"),
        ({"message": {}}, "children.message: unknown word 'message', did you mean 'messages'?"),
        ({"constants": {"parent": 1}}, "children.constants.parent: 'parent' is a name of our own"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(children: dict[str, Any], text: str) -> None:
    with pytest.raises(DefinitionError) as refusal:
        parse_document(gateway(children=children))

    assert text in str(refusal.value)


def test_a_document_with_children_survives_the_way_through_plain_data() -> None:
    definition = parse_document(gateway())

    assert parse_document(definition.source) == definition
    assert definition.source["children"] == CHILD
