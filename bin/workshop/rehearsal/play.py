"""bin/rehearse: builds, releases, starts and deploys the product here as the platform would.

Runs the main job through the router, with a scale-in and a rolling deploy in the middle of the run,
and ends with status 0 when nothing was lost. The last line is one JSON object.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from workshop import demo
from workshop.comparing import compare
from workshop.console import Console, Unexpected
from workshop.counting import Subscriber, Tally
from workshop.parts import PartMissing
from workshop.rehearsal import hidden, person, restoring, slug
from workshop.rehearsal.addons import Addons, start_addons
from workshop.rehearsal.dynos import Dynos, RunFailed
from workshop.rehearsal.findings import (
    Findings,
    judge_messages,
    judge_requests,
    judge_secrets,
)
from workshop.rehearsal.lines import judge_lines, judge_way
from workshop.rehearsal.packages import InstallFailed
from workshop.supervisor import ChildFailed, Supervisor

PATIENCE = 300.0  # s that anything may take to come true on a busy machine
LOOK = 0.5  # s between two looks
FORMATION = ("web.1", "worker.2", "reporter.1", "clock.1")  # worker.1 comes later
DRAIN = "from web.runs import workers; print(workers.drain(1))"


class RehearsalFailed(Exception):
    """The rehearsal cannot go on; the text says why."""


@dataclass
class Play:
    """One rehearsal; ``said`` is all that it printed."""

    supervisor: Supervisor
    addons: Addons
    dynos: Dynos
    subscriber: Subscriber
    mocks: int
    seconds: float
    found: Findings = field(default_factory=Findings)
    said: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """Tell whoever watches, with the time since the beginning."""
        line = f"{time.monotonic() - self.began:6.1f} s  {text}"
        self.said.append(line)
        print(line, file=sys.stderr, flush=True)

    def until(self, look: Callable[[], Any], what: str) -> Any:
        """Return what ``look`` finds as soon as it is true.

        Raises:
            RehearsalFailed: It was not true within 300 s.
            ChildFailed: A process ended by itself meanwhile.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            demo.crash_check(self.supervisor)
            if found := look():
                return found
            time.sleep(LOOK)
        raise RehearsalFailed(f"{what}: not within {PATIENCE:g} s")


def main(arguments: list[str]) -> int:
    """Rehearse; return the process's status."""
    options = parse(arguments)
    signal.signal(signal.SIGTERM, demo.interrupt)
    signal.signal(signal.SIGHUP, demo.interrupt)
    with ExitStack() as stack:
        folder = options.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="mocklot-rehearsal-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # Postgres runs as another user
        try:
            found = rehearse(stack, folder, options)
        except KeyboardInterrupt:
            return 130
        except (
            *(ChildFailed, PartMissing, RehearsalFailed, RunFailed),
            *(restoring.RestoreFailed, slug.BuildFailed, InstallFailed, Unexpected),
        ) as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
    print("\n".join(found.lines()), file=sys.stderr)
    print(json.dumps(found.document()), flush=True)
    return 1 if found.wrong else 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/rehearse", description=__doc__)
    parser.add_argument("--mocks", type=int, default=5_000, help="1 to 9000")
    parser.add_argument(
        "--seconds", type=float, default=20, help="of quiet running before and after each change"
    )
    parser.add_argument(
        "--packages",
        choices=("own", "shared"),
        default="own",
        help="own: those of requirements.txt alone, installed anew; shared: those of .venv",
    )
    parser.add_argument("--folder", type=Path, help="an empty one, to keep everything in")
    options = parser.parse_args(arguments)
    if not 1 <= options.mocks <= 9_000:
        parser.error("--mocks must be 1 to 9000: a dyno's process has 10,000 open files")
    if not 0 <= options.seconds <= 3_600:
        parser.error("--seconds must be 0 to 3600")
    if options.folder and options.folder.exists() and any(options.folder.iterdir()):
        parser.error("--folder must be empty")
    return options


def rehearse(stack: ExitStack, folder: Path, options: argparse.Namespace) -> Findings:
    """Do all of it in ``folder``; what ``stack`` holds is ended when this returns or fails."""
    installed = folder / "packages" if options.packages == "own" else None
    build = slug.build(folder / "slug-1", installed=installed)
    supervisor = stack.enter_context(Supervisor(logs=folder / "logs"))
    addons = start_addons(stack, supervisor, folder)
    dynos = Dynos(supervisor=supervisor, addons=addons, slug=build)
    stack.callback(dynos.end)  # while there is still a router and a Redis
    subscriber = Subscriber(addons.mqtt_port, topic="rehearsal/#")
    stack.callback(subscriber.close)
    play = Play(
        supervisor=supervisor,
        addons=addons,
        dynos=dynos,
        subscriber=subscriber,
        mocks=options.mocks,
        seconds=options.seconds,
    )
    play.found.figures |= {
        "commit": build.commit[:12],
        "packages": f"{build.packages.words}; the platform's is {build.runtime}",
        "mocks": options.mocks,
    }
    perform(play, folder)
    return play.found


def perform(play: Play, folder: Path) -> None:
    """Play every scene, and hold what came of it against what was promised."""
    play.say("built, with static files and without secrets; the release phase runs")
    play.dynos.begin_release(play.dynos.slug)
    play.dynos.run(
        ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"], name="check"
    )
    play.dynos.scale_out(*FORMATION)
    play.say(f"{', '.join(FORMATION)} are up")
    console, job = start_run(play)
    other = Console(play.addons.site, tls=play.addons.edge.trusted)
    other.sign_in(person.EMAIL, play.addons.secrets["person's password"])
    play.addons.secrets.update(hidden.use_all(console, job.workspace, email=person.EMAIL))
    theirs = {f"{name}, of another": value for name, value in hidden.cookies(other).items()}
    play.addons.secrets.update(theirs)
    tls = play.addons.edge.trusted
    hidden.post_letter(play.addons.site, play.addons.secrets["inbound secret"], tls)
    pages = ["/healthz", job.run, f"{job.run}live.json", f"{job.workspace}lots/", job.workspace]
    with person.Visitor(other, pages) as visitor:
        time.sleep(play.seconds)
        drain_and_scale_in(play)
        time.sleep(play.seconds)
        deploy(play, folder, console)
        time.sleep(play.seconds)
        lines, totals, link = finish(play, console, job)
    saved = restoring.back_up(play.dynos, folder)
    play.dynos.end()
    lose_and_restore(play, saved, job, link=link, lines=lines)
    tally = play.subscriber.tally
    judge_messages(play.found, compare(totals, tally, lines), arrived_again=tally.duplicates)
    judge_requests(play.found, play.addons.edge.router.traffic, visitor.failures)
    judge_ends(play)
    judge_lines(play.found, play.supervisor.logs)
    judge_way(play.found, play.supervisor.logs, folder / "router.log")
    play.addons.secrets.update(hidden.of_mails(play.addons.mailbox.mails))
    judge_secrets(play.found, play.supervisor.logs, play.addons.secrets, play.said)


def start_run(play: Play) -> tuple[Console, person.Job]:
    """Do what a person does up to the start, and wait until every mock has sent."""
    console = Console(play.addons.site, tls=play.addons.edge.trusted)
    job = person.begin_job(
        console,
        password=play.addons.secrets["person's password"],
        target_password=play.addons.secrets["target's password"],
        mqtt_port=play.addons.mqtt_port,
        mocks=play.mocks,
    )
    began = time.monotonic()
    play.until(lambda: len(play.subscriber.tally.seen) == play.mocks, "every mock has sent")
    took = time.monotonic() - began
    play.found.figures["all mocks sent, after the start"] = f"{took:.1f} s"
    play.say(f"a person signed up and started a lot; all {play.mocks:,} mocks sent")
    return console, job


def drain_and_scale_in(play: Play) -> None:
    """Drain the highest worker, end it, and go on with a lower one that came up before."""
    play.dynos.scale_out("worker.1")
    held = holders(play).get("worker.2", 0)
    began = time.monotonic()
    answer = play.dynos.run(["python", "manage.py", "shell", "-v", "0", "-c", DRAIN])
    if "worker.2" not in answer:
        raise RehearsalFailed(f"the highest worker was not drained, but {answer.strip()}")
    play.until(
        lambda: holders(play) == {"worker.1": play.mocks}, "the lower worker holds every mock"
    )
    took = time.monotonic() - began
    play.dynos.scale_in("worker.2")
    await_all_send(play)
    play.found.figures["scale-in: mocks handed over"] = held
    play.found.figures["scale-in: drained within"] = f"{took:.1f} s"
    play.say(f"worker.2 was drained of {held:,} mocks and ended")


def deploy(play: Play, folder: Path, console: Console) -> None:
    """Put a new release in the place of every dyno."""
    play.dynos.scale_out("worker.2")
    old_files = person.assets(console, "/")
    began = time.monotonic()
    play.dynos.begin_release(slug.next_build(play.dynos.slug, folder / "slug-2"))
    play.dynos.replace_all()
    took = time.monotonic() - began
    judge_old_pages(play, console, old_files)
    await_all_send(play)
    play.until(lambda: sum(holders(play).values()) == play.mocks, "every mock is held again")
    play.found.figures["deploy: release phase and all dynos"] = f"{took:.1f} s"
    again = time.monotonic() - began
    play.found.figures["deploy: all mocks sent again within"] = f"{again:.1f} s"
    play.say("every dyno was replaced by one of the next release")


def judge_old_pages(play: Play, console: Console, files: set[str]) -> None:
    """Ask the new release for the files of a page of the old one."""
    changed = files - person.assets(console, "/")
    play.found.figures["deploy: files of old pages under new names"] = len(changed)
    play.found.expect("the next build has other files", _unless(bool(changed), "none"))
    play.found.expect("an old page gets its files", person.missing(console, files))


def await_all_send(play: Play) -> None:
    """Wait until every mock was heard of again, from now on."""
    before = {name: len(numbers) for name, numbers in list(play.subscriber.tally.seen.items())}
    play.until(lambda: all_grew(play.subscriber.tally, before), "every mock sends again")


def all_grew(tally: Tally, before: dict[str, int]) -> bool:
    """Return whether each device has sent since ``before`` (numbers by device)."""
    return all(len(tally.seen[name]) > count for name, count in before.items())


def holders(play: Play) -> dict[str, int]:
    """Return how many mocks each worker holds, as the database has it."""
    with psycopg.connect(play.addons.database, connect_timeout=5) as connection:
        rows = connection.execute(
            "SELECT tower, sum(count) FROM runs_shard WHERE state = 'leased' GROUP BY tower"
        ).fetchall()
    held: dict[str, int] = {}
    for tower, mocks in rows:
        name = tower.partition("/")[0]
        held[name] = held.get(name, 0) + int(mocks)
    return held


def finish(play: Play, console: Console, job: person.Job) -> tuple[list[str], Any, str]:
    """Stop the run and ask for its report; return its lines, the totals, and the mail's link."""
    console.press(f"{job.run}stop/", f"{job.run}stop/")
    figures = play.until(
        lambda: (now := person.live(console, job.run)) and not now["is_live"] and now,
        "the run ends",
    )
    play.found.expect("the run ends as stopped", _unless(figures["state"] == "stopped", job.run))
    totals = demo.totals_of({**figures, "state": "finished"})
    play.say(f"stopped after {totals.due:,} messages; the report is asked for")
    demo.ask_for_report(console, job.run)
    link = play.until(lambda: play.addons.mailbox.report_link(job.code), "the report's mail")
    play.addons.secrets["link to the report"] = person.token_of(link)
    lines, address = person.follow(link, play.addons.edge.trusted)
    play.addons.secrets["signature of a download"] = hidden.signature_of(address)
    demo.await_arrivals(totals.acknowledged, play.subscriber)
    play.say("the mail came, and its link led to the report")
    return lines, totals, link


def lose_and_restore(
    play: Play, saved: restoring.Backup, job: person.Job, *, link: str, lines: list[str]
) -> None:
    """Make a service of the backup, and look whether somebody finds everything again."""
    began = time.monotonic()
    fresh, checked = restoring.restore(play.dynos, saved)
    missed = restoring.problems_of(play.addons, job, link, lines)
    took = time.monotonic() - began
    fresh.end()
    play.found.figures |= {
        "backup: objects and database within": f"{saved.took:.1f} s",
        "restore: a person signed in and read the report after": f"{took:.1f} s",
    }
    play.found.expect("nothing is missing in what was restored", missed)
    differs = sorted(restoring.lines_of(saved.checked) ^ restoring.lines_of(checked))
    play.found.expect("what was restored is what was saved", differs)
    play.say("database and bucket were restored from the backup; log and report are there")


def judge_ends(play: Play) -> None:
    """Hold how dynos ended against the platform's grace."""
    ended = play.dynos.ended
    slowest = max(ended, key=lambda one: one[1], default=("none", 0.0))
    play.found.figures |= {
        "dynos told to end": len(ended) + len(play.dynos.killed),
        "slowest end": f"{slowest[1]:.1f} s, {slowest[0]}",
        "killed after 30 s": len(play.dynos.killed),
    }
    play.found.expect("every dyno ends within 30 s", play.dynos.killed)


def _unless(is_so: bool, otherwise: object) -> list[object]:
    return [] if is_so else [otherwise]
