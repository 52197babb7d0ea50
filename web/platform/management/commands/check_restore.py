"""``manage.py check_restore``: whether a restored database and bucket belong together and open."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum

from web.logs import reading
from web.logs.models import Chunk
from web.platform import rotation, secrets, storage
from web.platform.sealed import columns
from web.reports.models import Report, ReportState
from web.runs.models import Run

COUNTED = (
    *("accounts.User", "accounts.Workspace", "definitions.Definition", "lots.Lot"),
    *("targets.Target", "datasets.Dataset", "runs.Run", "logs.Chunk", "reports.Report"),
)


class Line(NamedTuple):
    """One thing that was looked at; ``is_ok`` None: there was nothing to look at."""

    name: str
    is_ok: bool | None
    words: str


class Command(BaseCommand):
    """Prints a line for each thing; fails when one is wrong. Changes nothing."""

    help = "Look whether what was restored is whole: rows, objects, seals, a log, a report."

    def handle(self, *_: Any, **__: Any) -> None:
        lines = [*counts(), sealed(), objects(), newest_log(), newest_report()]
        marks = {True: "ok   ", False: "WRONG", None: "-    "}
        for line in lines:
            self.stdout.write(f"{marks[line.is_ok]} {line.name}: {line.words}")
        if wrong := [line.name for line in lines if line.is_ok is False]:
            raise CommandError(f"wrong: {', '.join(wrong)}")


def counts() -> Iterator[Line]:
    """Yield how many rows there are of what customers have."""
    for label in COUNTED:
        yield Line(label, True, f"{apps.get_model(label)._default_manager.count()}")


def sealed() -> Line:
    """Open every sealed column of every row."""
    seen = broken = 0
    for model, name in columns():
        for batch in rotation.batches(model, name):
            tokens = [token for held in batch.values() for token in rotation.TOKEN.findall(held)]
            seen += len(tokens)
            broken += sum(not opens(token) for token in tokens)
    return Line("secrets", not broken, f"{seen} sealed, {broken} that no key opens")


def opens(token: str) -> bool:
    try:
        secrets.unseal(token)
    except secrets.SealBroken:
        return False
    return True


def objects() -> Line:
    """Look for the object of each chunk of each log, a run at a time."""
    rows = missing = 0
    for run in Run.objects.filter(chunks__isnull=False).distinct().iterator(200):
        wanted = set(Chunk.objects.filter(run=run).values_list("key", flat=True))
        rows += len(wanted)
        missing += len(wanted - set(storage.keys(f"{run.prefix}log/")))
    return Line("objects of logs", not missing, f"{rows} chunks, {missing} of them without object")


def newest_log() -> Line:
    """Read the whole log of the newest run that has one."""
    run = Run.objects.filter(chunks__isnull=False).order_by("-created").first()
    if run is None:
        return Line("the newest log", None, "no run has one")
    wanted = Chunk.objects.filter(run=run).aggregate(rows=Sum("rows"))["rows"]
    try:
        found = sum(batch.num_rows for batch in reading.batches(run))
    except (storage.ObjectMissing, storage.StorageUnavailable) as error:
        return Line("the newest log", False, str(error))
    return Line("the newest log", found == wanted, f"{found} of {wanted} records can be read")


def newest_report() -> Line:
    """Look for the object of the newest report that is ready."""
    report = Report.objects.filter(state=ReportState.READY).order_by("-created").first()
    if report is None:
        return Line("the newest report", None, "none is ready")
    try:
        found = sum(storage.head(part["key"]).size for part in report.files)
    except storage.ObjectMissing as error:
        return Line("the newest report", False, str(error))
    return Line("the newest report", found == report.size, f"{found} of {report.size} bytes")
