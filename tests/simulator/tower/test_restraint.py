"""A target that refuses is sent less and less, and given up in the end; a silent one is not."""

import pytest

from simulator.recording.reasons import Reason
from simulator.tower import Tower
from simulator.tower.restraint import FIRST_GAP, LONGEST_GAP, Restraint, is_refusal
from simulator.transports import Parcel
from tests.simulator.tower.staging import PaperExchange, Theatre, assignment, play


def told(
    restraint: Restraint, seconds: int, *, refused: int, good: int = 0, text="HTTP 429"
) -> int:
    """Let seconds go by with so many of each; return how many until it gave up."""
    for second in range(seconds):
        Totals.bad += refused
        Totals.good += good
        reasons = [Reason(text, Totals.bad, 0), Reason("no acknowledgement within 20 s", 99, 9)]
        restraint.end_second(delivered=Totals.good, reasons=reasons)
        if restraint.is_over:
            return second + 1
    return 0


class Totals:
    bad = good = 0


def test_a_target_that_refuses_throughout_is_given_up_in_words() -> None:
    restraint = Restraint(60.0)
    told(restraint, 1, refused=0)

    assert 60 <= told(restraint, 100, refused=10) <= 62
    assert restraint.is_over == (
        "the target refused 100 % of what was sent to it for 60 s, so it ended"
    )


def test_it_is_sent_less_and_less_meanwhile_and_as_before_once_it_takes_again() -> None:
    restraint = Restraint(86_400.0)
    told(restraint, 1, refused=0)

    gaps = []
    for _ in range(14):
        told(restraint, 10, refused=10)
        gaps.append(restraint.gap)
    told(restraint, 40, refused=0, good=100)

    assert gaps[0] == FIRST_GAP
    assert gaps[3] == FIRST_GAP * 8
    assert gaps[-1] == LONGEST_GAP
    assert restraint.gap == 0.0


def test_one_in_ten_that_is_taken_keeps_it_going() -> None:
    restraint = Restraint(60.0)

    assert told(restraint, 300, refused=90, good=10) == 0
    assert restraint.gap == 0.0


def test_a_few_refusals_say_nothing() -> None:
    assert told(Restraint(60.0), 300, refused=0) == 0


def test_silence_is_no_refusal() -> None:
    assert told(Restraint(60.0), 300, refused=10, text="no connection within 20 s") == 0


def test_what_another_tower_had_counted_is_no_news() -> None:
    restraint = Restraint(2.0)
    restraint.end_second(delivered=0, reasons=[Reason("HTTP 429", 1_000, 0)])
    for _ in range(5):
        restraint.end_second(delivered=0, reasons=[Reason("HTTP 429", 1_000, 0)])

    assert restraint.is_over == ""


@pytest.mark.parametrize("after", [None, 0.0])
def test_who_tests_refusals_on_purpose_is_left_alone(after: float | None) -> None:
    assert not Restraint(after).is_used


@pytest.mark.parametrize(
    ("reason", "says_no"),
    [
        ("HTTP 429: too many requests", True),
        ("HTTP 403: forbidden", True),
        ("HTTP 503: not available", True),
        ("HTTP 500: an error of the server", False),
        ("connection refused", True),
        ("broker refused: not authorized", True),
        ("not connected: broker refused: not authorized", True),
        ("TLS refused: unknown server name", True),
        ("CoAP 4.29 too many requests", True),
        ("closed by the far side", False),
        ("connection timed out", False),
        ("fault: the network is down", False),
    ],
)
def test_what_counts_as_a_refusal(reason: str, says_no: bool) -> None:
    assert is_refusal(reason) is says_no


class Refusing(PaperExchange):
    """A target that lets everybody in and takes nothing."""

    def send(self, row: int, parcel: Parcel) -> None:
        self.broker.got.append(parcel)
        parcel.sent = self.clock()
        self.listener.settled(parcel, self.clock(), "HTTP 429: too many requests")


def test_a_tower_backs_off_from_a_target_that_refuses_and_ends_the_run() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.tower = tower_of(theatre)

        await theatre.run(assignment(duration=600.0, pace={"give_up_after": "1min"}))

        end = theatre.last()
        assert end.error.startswith("the target refused 100 % of what was sent to it for 60 s")
        sent = [round(parcel.sent) for parcel in theatre.broker.got]
        assert max(sent) < 80
        early = sum(second < 10 for second in sent)
        late = sum(50 <= second < 60 for second in sent)
        assert late < early

    play(main)


def test_a_tower_that_was_not_told_to_goes_on() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.tower = tower_of(theatre)

        await theatre.run(assignment(duration=15.0))

        assert theatre.last().error == ""
        assert theatre.total().failed == theatre.total().due > 100

    play(main)


def tower_of(theatre: Theatre) -> Tower:
    """Return the tower of a theatre whose target refuses."""
    theatre.broker.exchange = lambda _target, *, listener, clock: Refusing(  # type: ignore[method-assign]
        theatre.broker, listener, clock
    )
    return theatre.tower
