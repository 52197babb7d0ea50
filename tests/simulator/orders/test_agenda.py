"""Which order is due when, and what of it charts show."""

import json
import math

import pytest
from pydantic import ValidationError

from simulator.errors import DefinitionError
from simulator.lot.orders import KINDS, order_of
from simulator.orders import Agenda
from simulator.orders.agenda import MAX_GIVEN, MAX_SPANS

ORDERS = {
    "pause": {"connected": False},
    "resume": {},
    "stop": {},
    "abort": {},
    "rate": {"factor": 2.5, "messages": ["ping"]},
    "count": {"mocks": 7},
    "status": {"status": "alarm", "aim": {"share": "10%"}},
    "send": {"message": "ping", "aim": {"index": [3, 4]}},
}


def order(kind: str, **words: object) -> dict[str, object]:
    return {"order": kind, **ORDERS[kind], **words}


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_is_written_back_as_it_is_read(kind: str) -> None:
    read = order_of(order(kind, at="90s"))

    assert (read.order, read.at) == (kind, 90.0)
    assert order_of(json.loads(read.model_dump_json())) == read


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"order": "rate"}, "factor"),
        ({"order": "rate", "factor": 0.001}, "greater than or equal to 0.01"),
        ({"order": "rate", "factor": 101}, "less than or equal to 100"),
        ({"order": "count", "mocks": -1}, "greater than or equal to 0"),
        ({"order": "count", "mocks": 50_001}, "less than or equal to 50000"),
        ({"order": "jump"}, "'pause', 'resume', 'stop'"),
        ({"order": "pause", "conected": True}, "did you mean 'connected'"),
        ({"order": "status", "aim": {"share": 0}, "status": "x"}, "must be above 0 %"),
    ],
)
def test_a_wrong_order_is_refused(words: dict[str, object], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        order_of(words)


def test_orders_are_taken_in_order_of_time_then_as_they_were_given() -> None:
    agenda = Agenda([order_of(order("resume", at=9)), order_of(order("pause", at=5))])
    agenda.give(order_of(order("count")), "a", 5.0)
    agenda.give(order_of(order("send", at=1)), "b", 1.0)

    assert agenda.next_due() == 2.0
    assert [entry.place for entry in agenda.take(5.0)] == ["order.b", "order.1", "order.a"]
    assert agenda.next_due() == 9.0
    assert [entry.at for entry in agenda.take(math.inf)] == [9.0]
    assert agenda.next_due() == math.inf


def test_an_order_is_taken_once_however_often_it_is_given() -> None:
    agenda = Agenda()
    for _ in range(3):
        agenda.give(order_of(order("send")), "a", 1.0)
    taken = agenda.take(1.0)
    agenda.give(order_of(order("send")), "a", 1.0)

    assert [entry.place for entry in taken] == ["order.a"]
    assert agenda.take(9.0) == []


def test_too_many_orders_are_refused() -> None:
    agenda = Agenda()
    for number in range(MAX_GIVEN):
        agenda.give(order_of(order("send")), str(number), 1.0)

    with pytest.raises(DefinitionError, match="at most 1,000 orders"):
        agenda.give(order_of(order("send")), "more", 1.0)


def obeyed(*said: tuple[float, dict[str, object]]) -> Agenda:
    agenda = Agenda()
    for number, (at, words) in enumerate(said):
        agenda.give(order_of(words), f"{number:03d}", at)
        for entry in agenda.take(at):
            agenda.obeyed(entry, entry.at, mocks=10)
    return agenda


def spans(agenda: Agenda) -> list[tuple[str, float, float]]:
    return [(span.title, span.begin, span.end) for span in agenda.spans]


def test_a_pause_is_a_band_to_its_end_and_what_happens_at_once_is_a_moment() -> None:
    agenda = obeyed(
        (1.0, order("pause")), (2.0, order("pause")), (4.0, order("resume")), (5.0, order("send")),
        (6.0, order("pause")),
    )  # fmt: skip

    assert spans(agenda) == [
        ("pause", 1.0, 4.0), ("pause", 2.0, 2.0), ("resume", 4.0, 4.0), ("send ping", 5.0, 5.0),
        ("pause", 6.0, math.inf),
    ]  # fmt: skip


def test_a_rate_is_in_force_until_another_takes_its_place() -> None:
    agenda = obeyed(
        (1.0, order("rate", messages=["a"])), (2.0, order("rate", messages=["b"])),
        (3.0, order("rate", messages=["a"], factor=1)), (4.0, order("rate", messages=[], factor=3)),
        (5.0, order("rate", messages=[], factor=1)),
    )  # fmt: skip

    assert spans(agenda) == [
        ("rate × 2.5 of a", 1.0, 3.0), ("rate × 2.5 of b", 2.0, 4.0), ("rate × 1 of a", 3.0, 3.0),
        ("rate × 3", 4.0, 5.0), ("rate × 1", 5.0, 5.0),
    ]  # fmt: skip


def test_the_oldest_spans_are_forgotten() -> None:
    agenda = obeyed(*((float(t), order("count")) for t in range(MAX_SPANS + 2)))

    assert len(agenda.spans) == MAX_SPANS
    assert agenda.spans[0].begin == 2.0


def test_an_agenda_goes_on_elsewhere() -> None:
    lot = [order_of(order("count", at=3)), order_of(order("resume", at=8))]
    agenda = Agenda(lot)
    agenda.give(order_of(order("pause")), "a", 2.0)
    agenda.give(order_of(order("send")), "b", 9.0)
    for entry in agenda.take(4.0):
        agenda.obeyed(entry, entry.at, mocks=1)

    other = Agenda(lot)
    other.restore(json.loads(json.dumps(agenda.state())))
    other.give(order_of(order("pause")), "a", 2.0)

    assert other.spans == agenda.spans
    assert [e[2:] for e in other.take(99.0)] == [e[2:] for e in agenda.take(99.0)]
