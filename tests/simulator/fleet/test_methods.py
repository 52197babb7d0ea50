# ruff: noqa: E501 - tables, one row a line
"""Ready-made methods at work: reboot, configuration, firmware update, calls."""

from collections import Counter
from typing import Any

import orjson
import pytest

from simulator import check, parse_document
from simulator.fleet import Fleet
from tests.simulator.fleet.lives import Life, fleet

VARIABLES = {"pace": {"choice": [10]}, "mode": {"choice": ["eco"]}, "fw": {"choice": ["1.0"]}}
MESSAGES = {
    "ping": {"every": "{pace} s", "topic": "t", "json": ["{uptime:.0f}", "{fw}"]},
    "birth": {"topic": "birth", "json": "{status}"},
}


def mocks(count: int = 1, **methods: Any) -> Fleet:
    started = fleet(
        count=count,
        variables=VARIABLES,
        messages=MESSAGES,
        statuses={"on": {"send": ["ping"]}},
        methods=methods,
    )
    started.connected(started.due(0.0).connect, 0.0)
    return started


def lived(fleet_: Fleet, until: float, step: float = 0.5, start: float = 1.0) -> Life:
    life, t = Life(), start
    while t <= until:
        due = fleet_.due(t)
        life.note(fleet_, t, due, 0)
        fleet_.connected([*due.connect, *due.reconnect], t)
        t += step
    return life


def test_a_reboot_is_silence_then_a_new_connection_and_a_birth() -> None:
    reboot = {
        "on": {"topic": "cmd/{id}/reboot"},
        "delay": "500ms",
        "takes": "20s",
        "answer": {"topic": "ack", "json": "bye"},
        "birth": ["birth"],
        "set": {"pace": 1},
    }
    fleet_ = mocks(boot={"reboot": reboot})
    fleet_.received(0, "cmd/d-0/reboot", b"", 10.0)

    life = lived(fleet_, 35.0)

    assert life.disconnects == [(10.5, 0)]
    assert life.connects == [(30.5, 0)]
    assert [(t, after) for t, _, _, after, _ in life.moves] == [
        (10.5, "boot"), (30.5, "boot done"), (30.5, "on"),
    ]  # fmt: skip
    during = [each.message for each in life.sent if 10.5 < each.t <= 30.5]
    assert during == ["birth"]
    assert [each.message for each in life.sent if each.t == 10.5] == ["boot"]
    assert [orjson.loads(each.payload)[0] for each in life.sent if each.t > 30.6][:3] == [1, 2, 3]


CONFIGURE = {
    "on": {"topic": "cmd/{id}/set"},
    "values": {
        "pace": {"field": "cfg.pace", "min": 1, "max": 60},
        "mode": {"one_of": ["eco", "on"]},
    },
    "accepted": {"topic": "ok", "json": ["{pace}", "{mode}", "{in.payload.id}"]},
    "refused": {"topic": "no", "json": ["{reason}", "{in.payload.id}"]},
}


@pytest.mark.parametrize(
    ("command", "topic", "answer"),
    [
        ({"id": 1, "cfg": {"pace": 5}, "mode": "on"}, "ok", [5, "on", 1]),
        ({"id": 2, "mode": "on"}, "ok", [10, "on", 2]),
        ({"id": 3, "cfg": {"pace": 61}}, "no", ["cfg.pace must be at least 1 and at most 60", 3]),
        ({"id": 4, "cfg": {"pace": "5"}}, "no", ["cfg.pace must be at least 1 and at most 60", 4]),
        ({"cfg": {"pace": 5}, "mode": "off"}, "no", ["mode must be one of eco, on", None]),
        ({"id": 5}, "no", ["needs cfg.pace or mode", 5]),
        (["pace", 5], "no", ["needs cfg.pace or mode", None]),
    ],
)
def test_a_configuration_is_taken_or_refused_with_the_reason(
    command: Any, topic: str, answer: Any
) -> None:
    fleet_ = mocks(conf={"configure": CONFIGURE})
    fleet_.received(0, "cmd/d-0/set", orjson.dumps(command), 1.0)

    (sent,) = lived(fleet_, 1.0).sent

    assert (sent.address, orjson.loads(sent.payload)) == (topic, answer)


@pytest.mark.parametrize("path", ["pumps.0.pace", "pumps[0].pace"])
def test_the_path_of_a_setting_names_a_place_in_a_list(path: str) -> None:
    values = {"pace": {"field": path, "min": 1, "max": 60}}
    on = {"topic": "cmd/{id}/set", "where": {path: {"exists": True}}}
    fleet_ = mocks(conf={"configure": {**CONFIGURE, "on": on, "values": values}})
    fleet_.received(0, "cmd/d-0/set", b'{"pumps": [{"pace": 5}]}', 1.0)
    fleet_.received(0, "cmd/d-0/set", b'{"pumps": [{"pace": 500}]}', 1.5)

    taken, refused = lived(fleet_, 1.5).sent

    assert orjson.loads(taken.payload)[0] == 5
    assert refused.address == "no"


def test_a_new_interval_holds_at_once() -> None:
    fleet_ = mocks(conf={"configure": CONFIGURE})
    fleet_.received(0, "cmd/d-0/set", b'{"cfg": {"pace": 2}}', 1.0)

    times = [each.t for each in lived(fleet_, 9.0).sent if each.message == "ping"]

    assert times == [3.0, 5.0, 7.0, 9.0]


def firmware(**more: Any) -> dict[str, Any]:
    return {
        "on": {"topic": "cmd/{id}/fw"},
        "version": "fw",
        "every": "4s",
        "stages": {
            "download": {"takes": "10s"},
            "apply": {"takes": "8s", "fails": "25%"},
            "reboot": {"takes": "5s", "silent": True},
        },
        "roll_back": "6s",
        **more,
    }


def updated(count: int = 1, **more: Any) -> Life:
    fleet_ = mocks(count, update={"firmware": firmware(**more)})
    for row in range(count):
        fleet_.received(row, f"cmd/d-{row}/fw", b'{"version": "2.0"}', 1.0)
    return lived(fleet_, 60.0)


def test_an_update_to_no_version_installs_the_present_one() -> None:
    fleet_ = mocks(update={"firmware": firmware(stages={"apply": {"takes": "5s"}})})
    fleet_.received(0, "cmd/d-0/fw", b"{}", 1.0)

    told = [
        orjson.loads(each.payload) for each in lived(fleet_, 10.0).sent if "update" in each.message
    ]

    assert told[-1]["result"] == "succeeded"
    assert told[-1]["version"] == told[-1]["target"] != ""


def test_an_update_goes_through_its_stages_and_tells_how_far_it_is() -> None:
    stages = {"download": {"takes": "10s"}, "reboot": {"takes": "5s", "silent": True}}

    life = updated(stages=stages)

    assert [(t, after) for t, _, _, after, _ in life.moves] == [
        (1.0, "update download"), (11.0, "update reboot"), (16.0, "update done"), (16.0, "on"),
    ]  # fmt: skip
    told = [orjson.loads(each.payload) for each in life.sent if each.message == "update progress"]
    assert [(each["stage"], each["percent"]) for each in told] == [
        ("download", 40),
        ("download", 80),
    ]
    assert (told[0]["version"], told[0]["target"]) == ("1.0", "2.0")
    (end,) = (each for each in life.sent if each.message == "update succeeded")
    assert (end.t, orjson.loads(end.payload)["version"]) == (16.0, "2.0")
    pings = [orjson.loads(each.payload) for each in life.sent if each.message == "ping"]
    assert {version for _, version in pings} == {"2.0"}
    assert pings[0][0] == pytest.approx(10.0, abs=1.0)  # uptime counts from the reboot


def test_stages_fail_by_their_odds_and_roll_back_to_the_old_version() -> None:
    life = updated(1_000)

    ends = Counter(each.message for each in life.sent if "update" in each.message)
    assert ends["update gave up"] == pytest.approx(250, abs=45)
    assert ends["update gave up"] + ends["update succeeded"] == 1_000
    lost = next(each for each in life.sent if each.message == "update gave up")
    assert lost.t == 1.0 + 10.0 + 8.0 + 6.0
    told = orjson.loads(lost.payload)
    assert (told["stage"], told["version"], told["target"]) == ("apply", "1.0", "2.0")
    after = [orjson.loads(e.payload)[1] for e in life.sent if e.mock == lost.mock and e.t > lost.t]
    assert set(after) == {"1.0"}


def test_the_messages_of_an_update_may_be_ones_own() -> None:
    life = updated(
        progress={"topic": "fw/{id}", "json": {"p": "{progress:.2f}", "to": "{update_target}"}}
    )

    first = next(each for each in life.sent if each.message == "update progress")

    assert (first.address, first.payload) == ("fw/d-0", b'{"p":0.40,"to":"2.0"}')


def test_a_call_takes_its_time_and_may_fail() -> None:
    call = {
        "on": {"topic": "cmd/{id}/call"},
        "takes": "2s",
        "fails": "30%",
        "ok": {"topic": "ok", "json": 1},
        "error": {"topic": "error", "json": 0},
        "set": {"mode": "'called'"},
    }
    fleet_ = mocks(1_000, call={"call": call})
    for row in range(1_000):
        fleet_.received(row, f"cmd/d-{row}/call", b"", 1.0)

    answers = [each for each in lived(fleet_, 3.0).sent if each.message.startswith("call")]

    assert {each.t for each in answers} == {3.0}
    assert Counter(each.address for each in answers)["error"] == pytest.approx(300, abs=50)


DOCUMENT = """
name: x
id: "x-{index}"
variables: {fw: {choice: ["1"]}}
messages: {m: {every: 1s, json: 1}}
methods:
  up: {firmware: {on: {topic: a}, version: fw}}
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("firmware:", "firmwear:", "methods.up.firmwear: unknown word 'firmwear', did you mean 'firmware'?"),
        ("version: fw", "version: vw", "methods.up: in its statuses up.statuses.up done.enter.set.vw: unknown variable 'vw', allowed: fw, up_target, up_stage"),
        ("version: fw", "version: fw, to: of", "methods.up.to: unknown status 'of', allowed: "),
        ("version: fw", "version: fw, stages: {done: {takes: 1s}}", "methods.up.firmware: 'done' is a status of the method's own, not a stage"),
        ("version: fw", "version: fw, stages: {x: {takes: 1s, fails: 200%}}", "methods.up.firmware.stages.x.fails: must be from 0 % to 100 %, got 200 %"),
        ("  up:", "  u p:", 'methods["u p"]: \'u p\' cannot be a name'),
        ("messages: {m:", "messages: {up progress:", "methods.up: there is 'up progress' among the messages already, choose another name"),
        ("{firmware: {on: {topic: a}, version: fw}}", "{}", "methods.up: needs one of reboot, configure, firmware, call, got none of them"),
        ("{firmware: {on: {topic: a}, version: fw}}", "{reboot: {on: {topic: a}, birth: [n]}}", "methods.up: in its statuses up done.enter.send.0: unknown message 'n', allowed: m"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(old: str, new: str, problem: str) -> None:
    assert old in DOCUMENT

    problems = [str(each) for each in check(DOCUMENT.replace(old, new)).problems]

    assert any(each.startswith(problem) for each in problems), problems


def test_a_method_is_kept_in_the_document_and_expanded_anew() -> None:
    definition = check(DOCUMENT).definition
    assert definition is not None

    again = parse_document(definition.source)

    assert list(again.statuses) == ["running", "up"]
    assert definition.source["methods"] == again.source["methods"]
    assert "statuses" not in again.source
