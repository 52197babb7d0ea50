"""The job that runs one mock against a target for some seconds; runs on the queue ``reports``.

Rule: bounded in seconds, messages and bytes. The target's secrets are opened here and go nowhere.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import time
from uuid import UUID

import simulator
from web.datasets.loading import WorkspaceDatasets
from web.definitions import trials
from web.definitions.documents import check
from web.definitions.models import Definition
from web.definitions.trials import Event, Order, Trial
from web.logs.pages import Shown, shown
from web.logs.payloads import formats_of
from web.logs.reading import SEND, records_of
from web.platform import redis
from web.platform.secrets import SealBroken
from web.platform.storage import ObjectMissing, StorageUnavailable
from web.targets.actions import OptionsOutdated, credentials, lot_target, opened, table
from web.targets.models import Target

logger = logging.getLogger(__name__)
SHARD = "trial"
LOOK_EVERY = 0.05  # s; how soon it is noticed that the mock has sent enough
TELL_EVERY = 1.0  # s; the page asks as often
MOST_SECONDS = 22.0  # s for all: 10 of sending, 8 for acknowledgements, the rest to close
MOST_EVENTS = 5  # of the connection that are shown
MOST_SHOWN = 2_500  # characters of one payload
MOST_LINE = 500  # characters of a topic or a reason
TOO_LONG = f"It did not come to an end within {MOST_SECONDS:g} s."
SEALED = "The target's secrets cannot be opened with this installation's keys. Enter them again."
NO_DATASET = "A dataset of this definition is out of reach just now. Try again in a minute."


@dataclass(slots=True)
class Attempt:
    """What a tower has told of the mock so far."""

    trial: Trial
    chunks: list[bytes] = field(default_factory=list)

    def write(self, chunk: simulator.Chunk) -> None:
        """Keep a chunk of the mock's log; called in the writer's thread."""
        self.chunks.append(chunk.data)

    def see(self, snapshot: simulator.Snapshot) -> None:
        """Note how the connection is, and how much was sent."""
        mock = snapshot.board[0]
        is_up = int(mock["link"]) == simulator.Link.CONNECTED
        place = int(mock["reason"])
        told = snapshot.reasons[place - 1].text if place and mock["failing"] else ""
        self.trial = replace(
            self.trial,
            identity=snapshot.identities[0] if snapshot.identities else "",
            has_connected=self.trial.has_connected or is_up,
            reason=told[:MOST_LINE],
            sends=int(mock["sequence"]),
            problem=snapshot.error and f"It could not run: {snapshot.error}."[:MOST_LINE],
        )


def run_trial(definition: str, code: str) -> None:
    """Run the trial and keep what came of it; one that was taken or is too old is passed over.

    Args:
        definition: Code of the definition that it is of.
        code: The trial's.
    """
    try:
        order = trials.take(code)
        if order is None:
            return
        try:
            now = time()
            trial = trials.kept(UUID(definition), code, now=now)
            trial = replace(trial, state="running", until=now + trials.JOB_TIMEOUT)
            trials.keep(UUID(definition), trial)
            trials.keep(UUID(definition), tried(order, trial))
        finally:
            trials.give_back(order.workspace)
    except (*redis.Unavailable, trials.CannotTry) as error:
        logger.warning("trial not told", extra={"trial": code, "reason": str(error)})


def tried(order: Order, trial: Trial) -> Trial:
    """Return the trial at its end."""
    try:
        definition, assignment = prepared(order, trial)
    except trials.CannotTry as error:
        return replace(trial, state="failed", problem=str(error))
    code = Definition.objects.values_list("code", flat=True).get(id=order.definition)
    attempt = Attempt(trial)
    try:
        simulator.run_in_loop(_run(attempt, assignment, definition=code))
    except TimeoutError:
        attempt.trial = replace(attempt.trial, problem=TOO_LONG)
    return ended(attempt, formats=formats_of(definition))


def prepared(order: Order, trial: Trial) -> tuple[simulator.Definition, simulator.Assignment]:
    """Return the definition and the one mock of it that a tower is to run.

    Raises:
        CannotTry: Something that it needs is gone or out of reach since it was asked for.
    """
    target = Target.objects.filter(id=order.target, workspace=order.workspace).first()
    row = Definition.objects.filter(id=order.definition, workspace=order.workspace).first()
    if target is None or row is None:
        raise trials.CannotTry("The definition or the target was deleted meanwhile.")
    try:
        definition = check(row.workspace, order.text).definition
        if definition is None:
            raise trials.CannotTry("The document has errors now: a dataset of it was changed.")
        known = WorkspaceDatasets(row.workspace, rows=1)
        datasets = {name: known[name] for name in definition.datasets}
        wanted = lot_target(target)
        secrets, dealt = credentials(wanted.secrets), table(wanted)
        wanted = opened(wanted)
    except (StorageUnavailable, ObjectMissing, simulator.DatasetError) as error:
        raise trials.CannotTry(NO_DATASET) from error
    except SealBroken as error:
        raise trials.CannotTry(SEALED) from error
    except OptionsOutdated as error:
        raise trials.CannotTry(f"The target's options need a look: {error}.") from error
    return definition, simulator.Assignment(
        shard=SHARD,
        lot=_lot(definition, wanted, trial=trial),
        part=0,
        first=0,
        count=1,
        epoch=time(),
        datasets=datasets,
        secrets=secrets,
        table=dealt,
    )


def _lot(
    definition: simulator.Definition, target: simulator.Target, *, trial: Trial
) -> simulator.Lot:
    return simulator.Lot(
        run=trial.code,
        name=definition.name,
        seed=trial.seed,
        duration=trials.MOST_DURATION,
        parts=[simulator.Part(name=definition.name, document=definition.source, count=1)],
        target=target,
    )


async def _run(attempt: Attempt, assignment: simulator.Assignment, *, definition: UUID) -> None:
    """Run the mock to its end, and tell the page each second how it is.

    Raises:
        TimeoutError: It took longer than ``MOST_SECONDS``.
    """
    tower = simulator.Tower(name=f"trial-{attempt.trial.code}", write=attempt.write)
    tower.add(assignment)
    async with asyncio.timeout(MOST_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(tower.run())
        telling = group.create_task(_tell(attempt, definition))
        await _watch(tower, attempt)
        telling.cancel()
        tower.drain()


async def _watch(tower: simulator.Tower, attempt: Attempt) -> None:
    """Return when the mock has ended, which is told to when it has sent enough."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        for snapshot in tower.snapshots():
            attempt.see(snapshot)
            if snapshot.state == "ended":
                return
        if attempt.trial.sends >= trials.MOST_SENDS:
            tower.stop(SHARD)


async def _tell(attempt: Attempt, definition: UUID) -> None:
    while True:
        await asyncio.sleep(TELL_EVERY)
        with suppress(*redis.Unavailable):  # the page waits; the end is told in any case
            await asyncio.to_thread(trials.keep, definition, attempt.trial)


def ended(attempt: Attempt, *, formats: Mapping[str, str]) -> Trial:
    """Return the trial with all that the mock's log holds of it."""
    trial = attempt.trial
    records = [record for data in attempt.chunks for record in records_of(data)]
    sends = [record for record in records if record.event == SEND][: trials.MOST_SENDS]
    links = [record for record in records if record.event in ("connect", "lost")][:MOST_EVENTS]
    chosen = sorted([*links, *sends], key=lambda record: record.sent)
    has_connected = trial.has_connected or any(each.event == "connect" for each in links)
    lost = "" if has_connected or not links else links[0].reason
    return replace(
        trial,
        state="failed" if trial.problem else "done",
        has_connected=has_connected,
        reason=trial.reason or lost[:MOST_LINE],
        sends=sum(record.event == SEND for record in records),
        events=tuple(
            _event(shown(record, words=formats, identity=trial.identity)) for record in chosen
        ),
    )


def _event(line: Shown) -> Event:
    record, payload = line.record, line.payload
    pieces = (payload.text, payload.hex, payload.base64)
    return Event(
        at=record.sent.timestamp(),
        label=line.label,
        state=line.state,
        message=record.message,
        address=record.address[:MOST_LINE],
        latency=record.latency.total_seconds() if record.latency is not None else None,
        reason=record.reason[:MOST_LINE],
        facts=payload.facts if record.event == SEND else (),
        text=payload.text[:MOST_SHOWN],
        hex=payload.hex[:MOST_SHOWN],
        base64=payload.base64[:MOST_SHOWN],
        is_cut=payload.is_cut or any(len(piece) > MOST_SHOWN for piece in pieces),
    )
