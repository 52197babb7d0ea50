"""What each rule finds, and what follows over time; figures in, findings out."""

import pytest

from tests.web.alerts.figures import NOW, ago, counts, figures, seconds, terms
from web.alerts.kinds import KINDS, Subject
from web.alerts.phases import Event, Memory, Phase, advance
from web.alerts.rules import MOST_COUNTS, Finding, Level, Verdict, judge, judge_level, kept

BAD, FINE, UNKNOWN = Verdict.BAD, Verdict.FINE, Verdict.UNKNOWN
RUN_KINDS = [kind.word for kind in KINDS.values() if kind.subject == Subject.RUN]
RISING = (counts(ago(60), 1_000, 10), counts(NOW, 2_000, 110))  # 100 of 1,000 failed


@pytest.mark.parametrize(
    ("rule", "changes", "verdict", "words"),
    [
        # Nothing sent.
        (terms("silent"), {}, FINE, ""),
        (terms("silent"), {"last_sent": ago(60)}, FINE, ""),
        (terms("silent"), {"last_sent": ago(61)}, BAD, "Nothing has been sent for 61 s."),
        (terms("silent"), {"last_sent": None}, BAD, "Nothing has been sent for 60 min."),
        (terms("silent"), {"last_sent": None, "started": ago(30)}, FINE, ""),
        (terms("silent"), {"last_sent": ago(61), "is_paused": True}, UNKNOWN, ""),
        # Failures over a share, in a window, with a least number of sends.
        (terms("failures"), {}, FINE, ""),
        (terms("failures"), {"counts": RISING}, BAD, "10 % of 1,000 sends failed within 60 s."),
        (terms("failures", limit=10.0), {"counts": RISING}, FINE, ""),
        (terms("failures", least=1_001), {"counts": RISING}, UNKNOWN, ""),
        (terms("failures"), {"counts": RISING[1:]}, UNKNOWN, ""),
        (terms("failures"), {"counts": (counts(ago(20), 0), RISING[1])}, UNKNOWN, ""),
        (terms("failures"), {"counts": (counts(ago(60), 3_000), RISING[1])}, UNKNOWN, ""),
        (terms("failures"), {"counts": (counts(ago(60), 1_000, 900), RISING[1])}, UNKNOWN, ""),
        # Lateness.
        (terms("lateness", limit=1.0), {}, FINE, ""),
        (terms("lateness", limit=1.0), {"lateness": 1.0}, FINE, ""),
        (terms("lateness", limit=1.0), {"lateness": 1.5}, BAD, "Sends are 1.5 s late"),
        (terms("lateness", limit=1.0), {"lateness": None}, UNKNOWN, ""),
        # Limited by the generator.
        (terms("limited"), {}, FINE, ""),
        (
            terms("limited"),
            {"counts": (counts(ago(60), 1), counts(NOW, 2, limited=3))},
            BAD,
            "A tower was too late in 3 seconds lately",
        ),
        (terms("limited"), {"counts": (counts(NOW, 2, limited=1),)}, BAD, "in 1 second lately"),
        (terms("limited"), {"counts": ()}, UNKNOWN, ""),
        # Not all connected within a time after the ramp.
        (terms("unconnected"), {}, FINE, ""),
        (terms("unconnected"), {"trying": 1, "all_on": ago(60)}, FINE, ""),
        (
            terms("unconnected"),
            {"trying": 2, "connected": 18},
            BAD,
            "2 of 20 mocks that should be on line are not.",
        ),
        # Ended early.
        (terms("ended"), {}, FINE, ""),
        (terms("ended"), {"is_live": False, "state": "finished"}, FINE, ""),
        (terms("ended"), {"is_live": False, "state": "stopped"}, FINE, ""),
        (
            terms("ended"),
            {"is_live": False, "state": "failed", "reason": "No mock ever connected."},
            BAD,
            "The run failed. No mock ever connected.",
        ),
        (terms("ended"), {"is_live": False, "state": "cut_off"}, BAD, "The run was cut off."),
        (
            terms("ended"),
            {"is_live": False, "state": "finished", "missed": ("latency p99 was 300 ms",)},
            BAD,
            "The run missed 1 threshold: latency p99 was 300 ms.",
        ),
        (
            terms("ended"),
            {"is_live": False, "state": "failed", "is_made_good": True},
            FINE,
            "",
        ),
        # Records dropped.
        (terms("dropped"), {}, FINE, ""),
        (
            terms("dropped"),
            {"counts": (counts(ago(60), 1, dropped=5), counts(NOW, 2, dropped=12))},
            BAD,
            "7 records could not be stored",
        ),
        (
            terms("dropped"),
            {"counts": (counts(ago(60), 1, dropped=5), counts(NOW, 2, dropped=5))},
            FINE,
            "",
        ),
        # No data.
        (terms("no_data"), {}, FINE, ""),
        (terms("no_data"), {"heard": ago(61)}, BAD, "The towers have said nothing"),
        (terms("no_data"), {"heard": None}, BAD, "for 60 min."),
        (terms("no_data"), {"heard": None, "started": ago(59)}, FINE, ""),
    ],
)
def test_a_rule_finds_what_the_figures_say(rule, changes, verdict, words):
    found = judge(rule, figures(**changes))

    assert found.verdict == verdict
    assert words in found.words


@pytest.mark.parametrize("kind", [kind for kind in RUN_KINDS if kind not in ("ended", "no_data")])
@pytest.mark.parametrize("heard", [None, ago(31)])
def test_without_fresh_figures_nothing_is_fine_and_nothing_is_bad(kind, heard):
    assert judge(terms(kind), figures(heard=heard)).verdict == UNKNOWN


@pytest.mark.parametrize("kind", [kind for kind in RUN_KINDS if kind != "ended"])
def test_an_ended_run_has_no_trouble_of_a_live_one(kind):
    found = judge(terms(kind), figures(is_live=False, state="stopped"))

    assert (found.verdict, found.is_over) == (FINE, True)


@pytest.mark.parametrize("kind", [kind for kind in RUN_KINDS if kind != "ended"])
@pytest.mark.parametrize("state", ["queued", "stopping"])
def test_a_run_that_waits_or_stops_is_not_judged(kind, state):
    assert judge(terms(kind), figures(state=state)).verdict == UNKNOWN


@pytest.mark.parametrize(
    ("was_bad", "verdict"),
    [(False, FINE), (True, BAD)],
)
def test_between_both_limits_it_stays_as_it_was(was_bad, verdict):
    rule = terms("lateness", limit=2.0, clear=1.0)

    assert judge(rule, figures(lateness=1.5), was_bad=was_bad).verdict == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(None, UNKNOWN), (79.0, FINE), (80.0, FINE), (80.1, BAD)]
)
def test_a_level_is_bad_above_its_limit_and_unknown_without_a_value(value, verdict):
    found = judge_level(terms("quota", limit=80.0), Level(name="logs", value=value))

    assert found.verdict == verdict


def test_counts_are_thinned_out_and_reach_back_over_the_longest_window():
    every_second = [counts(ago(number), number) for number in range(7_200)]

    left = kept(every_second, longest=seconds(3_600), now=NOW)

    assert len(left) <= MOST_COUNTS
    assert seconds(3_300) <= NOW - left[0].at <= seconds(4_200)
    assert left[-1].at >= ago(180)


# Over time: a rule that has to be bad for 30 s, and fine for 60 s.

RULE = terms("silent", hold=seconds(30), calm=seconds(60))


def played(steps):
    """Return the events of findings at moments (s), one after the other."""
    memory, events = Memory(), []
    for at, verdict in steps:
        memory, event = advance(memory, Finding(verdict=verdict), RULE, now=NOW + seconds(at))
        if event:
            events.append((at, event))
    return events


@pytest.mark.parametrize(
    ("steps", "events"),
    [
        ([(0, BAD), (10, BAD), (30, BAD), (40, BAD)], [(30, Event.OPEN)]),
        ([(0, BAD), (20, FINE), (30, BAD), (50, BAD)], []),
        ([(0, BAD), (20, UNKNOWN), (30, BAD)], [(30, Event.OPEN)]),
        ([(0, UNKNOWN), (60, UNKNOWN)], []),
        (
            [(0, BAD), (30, BAD), (40, FINE), (99, FINE), (100, FINE)],
            [(30, Event.OPEN), (100, Event.RESOLVE)],
        ),
        ([(0, BAD), (30, BAD), (40, FINE), (80, BAD), (101, FINE)], [(30, Event.OPEN)]),
        ([(0, BAD), (30, BAD), (40, UNKNOWN), (400, UNKNOWN)], [(30, Event.OPEN)]),
        ([(0, BAD), (30, BAD), (40, FINE), (70, UNKNOWN), (101, FINE)], [(30, Event.OPEN)]),
    ],
)
def test_what_holds_long_enough_opens_and_what_is_known_to_be_fine_resolves(steps, events):
    assert played(steps) == events


def test_the_end_of_a_run_is_not_waited_for():
    over = Finding(verdict=FINE, is_over=True)

    assert advance(Memory(Phase.BAD, NOW), over, RULE, now=NOW) == (Memory(), Event.RESOLVE)
