"""Faults as a lot document says them."""

import json

import pytest
from pydantic import ValidationError

from simulator.lot.faults import KINDS, MAX_FAULTS, Fault, fault_of

NEEDED = {"latency": {"sent": "100ms ± 20ms"}, "clock_skew": {"by": "-1h"}}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_what_it_writes(kind: str) -> None:
    fault = fault_of(
        {
            "fault": kind,
            "at": "1min",
            "for": "30s",
            "every": "5min",
            "aim": {"share": "10%", "where": {"site": "osaka"}, "index": [0, 9]},
            **NEEDED.get(kind, {}),
        }
    )

    assert fault_of(json.loads(fault.model_dump_json())) == fault
    assert fault_of(fault.model_dump()) == fault
    assert (fault.at, fault.lasts, fault.aim.share) == (60.0, 30.0, 0.1)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda each: each.__name__)
def test_every_kind_says_what_it_does_and_what_its_words_mean(kind: type[Fault]) -> None:
    assert kind.__doc__
    for name, field in kind.model_fields.items():
        assert field.description or name == "fault", name


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"fault": "los"}, "expected tags: 'drop', 'silence'"),
        ({"fault": "loss", "shar": 1}, "unknown word 'shar', did you mean 'share'?"),
        ({"fault": "loss", "share": "0%"}, "must be above 0 %, got '0%'"),
        ({"fault": "loss", "share": "120%"}, "must be from 0 % to 100 %, got 120 %"),
        ({"fault": "loss", "at": "-1s"}, "must be from 0 s to 10 years"),
        ({"fault": "loss", "for": 0}, "must be above 0 s, got 0"),
        ({"fault": "wrong_topic", "address": "a/#"}, "must be a topic or path without"),
        ({"fault": "drop", "every": "5s", "for": "10s"}, "needs a for of at most that"),
        ({"fault": "loss", "times": 2}, "times needs every"),
        ({"fault": "drop", "every": "100ms"}, "every must be 1 s or more, got 0.1 s"),
        ({"fault": "loss", "every": "10s"}, "what comes every 10 s needs a for of at most that"),
        ({"fault": "loss", "every": "10s", "for": "11s"}, "needs a for of at most that"),
        ({"fault": "latency"}, "sent or received must be above 0 s, and at most 600 s"),
        ({"fault": "latency", "sent": "1h"}, "at most 600 s"),
        ({"fault": "clock_skew"}, "by or drift must be other than 0"),
        ({"fault": "flapping", "period": "10ms"}, "period must be 0.1 s or more, got 0.01 s"),
        ({"fault": "malformed", "hex": "xy"}, "needs up to 1,024 bytes such as 'f0 00', got 'xy'"),
        ({"fault": "malformed", "hex": "00" * 1_025}, "needs up to 1,024 bytes"),
        ({"fault": "drop", "aim": {"index": [5, 4]}}, "a first and a last number, got 5 and 4"),
        ({"fault": "drop", "aim": {"ids": ["x"] * 1_001}}, "at most 1,000 ids, got 1001"),
        ({"fault": "drop", "aim": {"where": {"a": [[1]]}}}, "needs a text, a number, true or"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(words, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        fault_of(words)

    assert text in str(refused.value)


def test_the_limit_of_a_lot_is_a_hundred() -> None:
    assert MAX_FAULTS == 100
