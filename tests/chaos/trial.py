"""One trial: a run begins, the plan strikes, all is healed, the run is stopped, and all is counted.

Rule: what is claimed is held against who knows nothing of the product; times are only printed.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import starmap

from workshop import demo

from tests.chaos import evidence
from tests.chaos.plan import APART, SIGNALS, Blow, Kind
from tests.chaos.size import Size
from tests.chaos.stage import Stage, await_true
from tests.chaos.witness import Witness

READY_WITHIN = 240.0  # s for all mocks to send, at the start and after the last blow
ENDED_WITHIN = 240.0  # s for a stopped run
ARRIVED_WITHIN = 60.0  # s for the last messages to reach the subscriber
MOST_SHOWN = 5  # of what is wrong, for each kind


@dataclass
class Outcome:
    """What a trial found: ``wrong`` are broken promises, ``figures`` are for the table."""

    wrong: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)

    def expect(self, name: str, broken: Sequence[object]) -> None:
        """Note what breaks a promise, if anything does."""
        if broken:
            shown = ", ".join(map(str, broken[:MOST_SHOWN]))
            self.wrong.append(f"{name}: {len(broken):,}, such as {shown}")


def attempt(
    stage: Stage, blows: Sequence[Blow], size: Size, *, say: Callable[[str], None]
) -> Outcome:
    """Run the whole trial with these blows."""
    witness = Witness(stage.servers.mqtt_port)
    try:
        run = demo.start_lot(stage.console, stage.lots[0])
        began = time.monotonic()
        await_true(
            lambda: len(witness.at) == size.mocks, within=READY_WITHIN, what="all mocks have sent"
        )
        started = time.monotonic()
        say(f"all {size.mocks:,} mocks sent {started - began:.1f} s after the start")
        strike(stage, blows, seconds=size.seconds, started=started, say=say)
        back = recover(stage, witness, run, mocks=size.mocks)
        await_course(began, size.course)
        outcome = Outcome()
        outcome.figures["all send again after the last blow"] = f"{back:.1f} s"
        silence = witness.longest_silence(start=started, end=time.monotonic())
        outcome.figures["longest silence of a mock"] = f"{silence:.1f} s"
        finish(stage, run, outcome)
        judge(stage, witness, run, outcome)
        judge_statuses(stage, run, evidence.expected_statuses(size), outcome)
    finally:
        witness.close()
    return outcome


def strike(
    stage: Stage,
    blows: Sequence[Blow],
    *,
    seconds: float,
    started: float,
    say: Callable[[str], None],
) -> None:
    """Do what the plan says, each thing at its time, and end all of it."""
    acts = sorted((act for blow in blows for act in acts_of(blow)), key=lambda act: act[0])
    for at, what, blow in acts:
        time.sleep(max(0.0, started + at - time.monotonic()))
        say(f"{time.monotonic() - started:6.1f} s  {what:5} {blow.kind} {blow.victim}")
        if what == "end":
            stage.end(blow.kind, blow.victim)
        else:
            stage.begin(blow.kind, blow.victim)
    time.sleep(max(0.0, started + seconds - time.monotonic()))


def acts_of(blow: Blow) -> list[tuple[float, str, Blow]]:
    """Return what is to be done for a blow, and when; SIGTERM comes repeatedly."""
    times = SIGNALS if blow.kind is Kind.DRAIN else 1
    begins = [(blow.at + turn * APART, "begin", blow) for turn in range(times)]
    return [*begins, (blow.end, "end", blow)]


def recover(stage: Stage, witness: Witness, run: str, *, mocks: int) -> float:
    """Wait until every mock is connected and was heard of again; return how long it took, s."""
    healed = time.monotonic()
    await_true(
        lambda: len(witness.devices_since(healed)) == mocks,
        within=READY_WITHIN,
        what="all mocks send again",
    )
    back = time.monotonic() - healed
    await_true(
        lambda: stage.live(run).get("connected") == mocks,
        within=READY_WITHIN,
        what="the console shows all mocks as connected",
    )
    return back


def await_course(began: float, course: float) -> None:
    """Wait until every mock has come into its last status."""
    time.sleep(max(0.0, began + course + 3.0 - time.monotonic()))


def finish(stage: Stage, run: str, outcome: Outcome) -> None:
    """Stop the run and note how it ended."""
    stage.console.press(f"{run}stop/", f"{run}stop/")
    figures = await_true(
        lambda: (now := stage.live(run)) and not now["is_live"] and now,
        within=ENDED_WITHIN,
        what="the run ends",
    )
    totals = figures["totals"]
    outcome.expect("the run did not end as stopped", _unless(figures["state"] == "stopped", run))
    settled = totals["acknowledged"] + totals["failed"] + totals["sent"]
    outcome.expect("totals do not add up", _unless(totals["due"] == settled, totals))
    outcome.expect("did not end in 27 s after SIGTERM", stage.late)
    outcome.figures |= {
        "counted as due": totals["due"],
        "counted as acknowledged": totals["acknowledged"],
        "counted as failed": totals["failed"],
        "records dropped": totals["dropped"],
    }


def judge(stage: Stage, witness: Witness, run: str, outcome: Outcome) -> None:
    """Hold the log against the subscriber, and against itself."""
    code = run.rstrip("/").rpartition("/")[2]
    store, bucket = stage.servers.bucket.client(), stage.servers.bucket.name
    log = evidence.read_log(stage.database, store, bucket, code)
    acknowledged = log.acknowledged()
    deadline = time.monotonic() + ARRIVED_WITHIN
    while not acknowledged <= set(witness.seen) and time.monotonic() < deadline:
        time.sleep(0.5)
    arrived: dict[str, set[int]] = {}
    for name, number in list(witness.seen):
        arrived.setdefault(name, set()).add(number)
    outcome.expect("numbers that came with differing content", witness.differing)
    outcome.expect("acknowledged, but not arrived", sorted(acknowledged - set(witness.seen)))
    outcome.expect("numbers twice in the log", list(starmap(_named, _doubled(log))))
    gaps = [
        (name, number)
        for name in sorted({*log.devices, *arrived})
        for number in evidence.unexplained(log.devices[name], arrived.get(name, set()))
    ]
    outcome.expect("gaps that nothing explains", gaps)
    _describe(log, witness, outcome)


def judge_statuses(stage: Stage, run: str, wanted: list[str], outcome: Outcome) -> None:
    """Hold each mock's last status against the one that it has when nobody disturbs it."""
    code = run.rstrip("/").rpartition("/")[2]
    found = evidence.read_statuses(stage.database, code)
    outcome.expect("boards of other mocks", _unless(len(found) == len(wanted), len(found)))
    differing = [
        f"{number} is {is_} and not {should}"
        for number, (is_, should) in enumerate(zip(found, wanted, strict=False))
        if is_ != should
    ]
    outcome.expect("mocks in another status", differing)
    outcome.figures["mocks by status"] = ", ".join(
        f"{name} {count:,}" for name, count in sorted(Counter(found).items())
    )


def _describe(log: evidence.Log, witness: Witness, outcome: Outcome) -> None:
    sends = sum(len(device.sends) for device in log.devices.values())
    moves = [why for device in log.devices.values() for _, why, _ in device.moves]
    numbers = {(n, s) for n, device in log.devices.items() for s, _, _ in device.sends}
    outcome.figures |= {
        "records of sends": sends,
        "of these acknowledged": len(log.acknowledged()),
        "arrived at the subscriber": len(witness.seen),
        "arrived again, the same": witness.received - len(witness.seen),
        "arrived without a record": len(set(witness.seen) - numbers),
        "moves in order": sum(why.startswith("handed over") for why in moves),
        "moves after a loss": sum(not why.startswith("handed over") for why in moves),
        "gaps told of": sum(len(device.gaps) for device in log.devices.values()),
        "chunks, bytes": f"{log.chunks:,}, {log.bytes:,}",
    }
    for reason, count in sorted(log.reasons.items(), key=lambda item: -item[1])[:MOST_SHOWN]:
        outcome.figures[f"failed: {reason}"] = count


def _doubled(log: evidence.Log) -> list[tuple[str, int]]:
    counts = Counter((n, s) for n, device in log.devices.items() for s, _, _ in device.sends)
    return [key for key, count in counts.items() if count > 1]


def _named(device: str, number: int) -> str:
    return f"{device} {number}"


def _unless(is_so: bool, otherwise: object) -> list[object]:
    return [] if is_so else [otherwise]
