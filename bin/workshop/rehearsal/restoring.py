"""A backup of database and bucket, and a service that is made of it alone.

Rule: the order is that of docs/operations.md: objects, database, objects again. The service that
comes up has a new database and a new bucket, and nothing but the keys of the old one.
"""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from workshop.console import Console, Unexpected
from workshop.rehearsal import person
from workshop.rehearsal.addons import DATABASE, Addons
from workshop.rehearsal.dynos import Dynos

RESTORED = "restored"  # the new database
DUMPED_WITHIN = 600.0  # s
CHECK = ["python", "manage.py", "check_restore"]
MERGED = ("logs.Chunk", "objects of logs")  # chunks of a log become fewer while a service works


class RestoreFailed(Exception):
    """The database could not be dumped or restored; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """``checked`` is what the check said of the service at the moment of its backup."""

    dump: Path
    moment: datetime
    checked: str
    took: float  # s


def back_up(dynos: Dynos, folder: Path) -> Backup:
    """Copy the objects, dump the database, and copy what came meanwhile."""
    began = time.monotonic()
    dynos.run(["python", "manage.py", "copy_objects"], name="backup")
    checked = dynos.run(CHECK, name="check")
    moment, dump = datetime.now(UTC), folder / "database.dump"
    tool(dynos.addons, "pg_dump", DATABASE, ["--format=custom", f"--file={dump}"])
    dynos.run(["python", "manage.py", "copy_objects"], name="backup")
    return Backup(dump=dump, moment=moment, checked=checked, took=time.monotonic() - began)


def restore(dynos: Dynos, backup: Backup) -> tuple[Dynos, str]:
    """Make a service of the backup; return its dynos, with a console, and what its check says."""
    addons = dynos.addons
    addons.server.execute(f"CREATE DATABASE {RESTORED}")
    tool(addons, "pg_restore", RESTORED, ["--no-owner", "--exit-on-error", str(backup.dump)])
    fresh = Dynos(
        supervisor=dynos.supervisor,
        addons=replace(addons, config={**addons.config, **addons.fresh}),
        slug=dynos.slug,
        release=dynos.release + 1,
    )
    since = backup.moment.isoformat()
    back = ["python", "manage.py", "copy_objects", "--back", "--since", since]
    fresh.run(back, name="restore")
    checked = fresh.run(CHECK, name="restored")
    fresh.scale_out("web.1")
    return fresh, checked


def lines_of(checked: str) -> set[str]:
    """Return what a check says, without what may change by itself."""
    return {line for line in checked.splitlines() if not any(name in line for name in MERGED)}


def tool(addons: Addons, program: str, database: str, words: Sequence[str]) -> None:
    """Run one of Postgres' programs on a database, past pooler and gate.

    Raises:
        RestoreFailed: It ended with an error.
    """
    known = {"PGPASSWORD": addons.secrets["database password"], "PATH": os.environ["PATH"]}
    where = [f"--dbname={database}", "--host=127.0.0.1", f"--port={addons.server.port}"]
    done = subprocess.run(
        [str(addons.server.programs / program), *where, "--username=mocklot", *words],
        env=known,
        capture_output=True,
        text=True,
        timeout=DUMPED_WITHIN,
        check=False,
    )
    if done.returncode != 0:
        raise RestoreFailed(f"{program} failed\n{done.stderr[-2000:]}")


def problems_of(addons: Addons, job: person.Job, link: str, lines: list[str]) -> list[str]:
    """Return what a person misses in the restored service: account, run, log, report."""
    try:
        console = Console(addons.site, tls=addons.edge.trusted)
        console.sign_in(person.EMAIL, addons.secrets["person's password"])
        for page in (job.lot, job.run, f"{job.workspace}logs/{job.code}/", job.workspace):
            console.get(page)
        report, _ = person.follow(link, addons.edge.trusted)
    except (Unexpected, OSError) as error:
        return [str(error)]
    return [] if report == lines else [f"the report has {len(report)} lines, not {len(lines)}"]
