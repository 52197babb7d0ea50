"""What a lot is going to use, and what a run was going to.

Rule: reads alone, and works with what a lot says: a run's from its snapshot, as it began.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import time

from django.utils import timezone

import simulator
from web.accounts.models import Workspace
from web.datasets.loading import WorkspaceDatasets
from web.logs import retention
from web.lots.estimate import Estimate, estimate
from web.lots.models import Lot
from web.runs.loading import load
from web.runs.models import Run
from web.scaling.models import Process, Scaled
from web.usage import quantities, sizing
from web.usage.limits import Wanted, plan_of
from web.usage.models import Expected
from web.usage.months import end_of, month_of
from web.usage.prices import Prices
from web.usage.quantities import Quantities
from web.usage.sizing import Dynos, Load

FOR_EVER = 365.0  # days of log storage that are reckoned where logs are kept for good


def quantities_of(
    lot: simulator.Lot,
    found: Estimate,
    *,
    rate: float,
    log_days: float,
    size: Dynos | None = None,
) -> Quantities:
    """Return what a lot uses. Pure.

    Args:
        lot: As it would begin.
        found: What it sends.
        rate: Messages/s in its busiest second.
        log_days: That its log is kept.
        size: The dynos that its towers are on; None: towers with a core each.
    """
    load = Load(lot.most_mocks, rate)
    towers = size.count if size else sizing.towers(load)
    records = lot.records
    return Quantities(
        seconds=lot.duration,
        mocks=lot.most_mocks,
        rate=rate,
        messages=found.about,
        bytes=found.bytes,
        wire_bytes=round(found.bytes + found.messages * quantities.HEAD),
        log_bytes=quantities.log_bytes(
            found.messages,
            found.bytes,
            kept=records.payload,
            share=records.share,
            limit=records.limit,
        ),
        log_days=log_days,
        mock_seconds=lot.presence.mock_seconds(lot.duration),
        towers=towers,
        tower_seconds=towers * lot.duration,
    )


def peak_rate(lot: simulator.Lot, definitions: Sequence[simulator.Definition]) -> float:
    """Return the messages/s of a lot in its busiest statuses, with all mocks on."""
    most = sum(
        part.count * simulator.busiest(definition, rate=part.rate)
        for part, definition in zip(lot.parts, definitions, strict=True)
    )
    rate = most * lot.most_mocks / lot.mocks
    return min(rate, lot.pace.send_rate or rate)


def dynos_for(load: Load, prices: Prices) -> Dynos | None:
    """Return the dynos for a load, of the size that towers run on where that is known."""
    row = Scaled.objects.filter(process=Process.WORKER).first()
    return sizing.best(load, prices, in_use=row.size if row else "")


def log_days(workspace: Workspace) -> float:
    """Return for how many days a workspace keeps its logs."""
    days = retention.retention_of(workspace).days
    return FOR_EVER if days is None else float(days)


def expected_of_lot(
    lot: Lot,
    simulated: simulator.Lot,
    definitions: Sequence[simulator.Definition],
    found: Estimate,
    *,
    prices: Prices,
) -> tuple[Quantities, Dynos | None]:
    """Return what a run of a lot would use, and on which dynos."""
    rate = peak_rate(simulated, definitions)
    size = dynos_for(Load(simulated.most_mocks, rate), prices)
    days = log_days(lot.workspace)
    return quantities_of(simulated, found, rate=rate, log_days=days, size=size), size


def expected_of_run(run: Run, *, prices: Prices) -> Quantities:
    """Return what a run was going to use as it began: kept once it was worked out, in about 0.5 s.

    Raises:
        CannotLoad: Its snapshot, or a dataset, is not there any more.
        StorageUnavailable: The object store does not answer.
        DefinitionError: Its snapshot is of a version that is not known any more.
    """
    if kept := Expected.objects.filter(run=run).first():
        return Quantities.unpack(kept.data)
    loaded = load(run)
    definitions = [
        simulator.parse_document(part.document, datasets=loaded.datasets)
        for part in loaded.lot.parts
    ]
    found = estimate(loaded.lot, definitions, epoch=loaded.start, datasets=loaded.datasets)
    rate = peak_rate(loaded.lot, definitions)
    size = dynos_for(Load(loaded.lot.most_mocks, rate), prices)
    days = log_days(run.workspace)
    expected = quantities_of(loaded.lot, found, rate=rate, log_days=days, size=size)
    Expected.objects.get_or_create(run=run, defaults={"data": expected.pack()})
    return expected


def wanted_of(lot: Lot, simulated: simulator.Lot, *, now: datetime | None = None) -> Wanted:
    """Return what a run that starts now takes of its workspace's plan.

    Messages are estimated, in 0.1 to 0.3 s, where the plan limits them alone.

    Raises:
        DatasetError: A dataset is not what a definition needs.
        DefinitionError: A definition cannot be simulated.
    """
    plan = plan_of(lot.workspace)
    is_counted = plan is not None and plan.messages is not None
    messages = messages_of(lot, simulated) if is_counted else None
    return share_of(simulated, messages=messages, now=now)


def share_of(
    simulated: simulator.Lot, *, messages: int | None, now: datetime | None = None
) -> Wanted:
    """Return what of a run that starts now falls to the present month.

    Args:
        simulated: The lot.
        messages: That it sends in all; None: nobody has estimated it.
        now: The moment.
    """
    moment = now or timezone.now()
    left = (end_of(month_of(moment)) - moment).total_seconds()
    whole = simulated.presence.mock_seconds(simulated.duration)
    own = simulated.presence.mock_seconds(min(simulated.duration, left))
    part = own / whole if whole else 0.0
    return Wanted(
        mocks=simulated.most_mocks,
        mock_seconds=own,
        messages=None if messages is None else round(messages * part),
    )


def messages_of(lot: Lot, simulated: simulator.Lot) -> int:
    """Return about how many messages a lot sends."""
    datasets: Mapping[str, simulator.Dataset] = WorkspaceDatasets(lot.workspace)
    definitions = [
        simulator.parse_document(part.document, datasets=datasets) for part in simulated.parts
    ]
    return estimate(simulated, definitions, epoch=time(), datasets=datasets).about
