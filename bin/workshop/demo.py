"""bin/demo: the main job, from nothing to a CSV report by mail, counted independently.

Rule: it does what a person would do, at the console; what it claims, somebody else has counted.
"""

import argparse
import contextlib
import email
import email.policy
import fcntl
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workshop import stack
from workshop.comparing import Comparison, Totals, compare, together
from workshop.console import Console
from workshop.counting import Subscriber, restored
from workshop.parts import PartMissing
from workshop.supervisor import Child, ChildFailed, Supervisor, free_port
from workshop.venv import ROOT

STATE = Path(ROOT) / ".run"
COMMAND_WITHIN = 600.0  # s for the migrations, and for making the workspace
SPARE = 300.0  # s, beyond its duration, that a run may take until it has ended
REPORT_WITHIN = 180.0  # s from the request for a report to its mail
SETTLE = 60.0  # s for the last message to reach the counter
LINK = re.compile(r"https?://\S+/reports/\S+")


class DemoFailed(Exception):
    """The demo cannot go on; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """What ``manage.py seed_demo`` made: the login, and the pages of both lots."""

    site: str
    email: str
    password: str
    workspace: str
    lots: dict[str, str]  # "mqtt" and "http" -> path of the lot's page


def main(arguments: list[str]) -> int:
    """Run the demo; return the process's status."""
    options = parse(arguments)
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    try:
        with alone(options.folder), Supervisor(logs=options.folder / "logs") as supervisor:
            return run(supervisor, options)
    except KeyboardInterrupt:
        say("\nEnded.")
        return 130
    except (ChildFailed, DemoFailed, PartMissing) as error:
        say(f"\n{error}\nThe logs are in {options.folder / 'logs'}.")
        return 1


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: two demos would write into one database and one store."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DemoFailed(f"another bin/demo is running in {folder}: end it first") from error
        yield


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end when the counts are compared")
    parser.add_argument("--mocks", type=int, default=1000, help="mocks of the MQTT lot")
    parser.add_argument("--seconds", type=float, default=30, help="duration of both lots, s")
    parser.add_argument("--rate", type=float, default=1.0, help="messages/s of each MQTT mock")
    parser.add_argument(
        "--any-ports",
        action="store_true",
        help="for several demos at once: not the usual ones",
    )
    parser.add_argument("--folder", type=Path, default=STATE, help="where all state lies")
    options = parser.parse_args(arguments)
    if not (1 <= options.mocks <= 50_000 and 1 <= options.seconds <= 86_400):
        parser.error("--mocks must be 1 to 50000 and --seconds 1 to 86400")
    if not 0 < options.rate <= 1000:
        parser.error("--rate must be above 0 and at most 1000 messages/s")
    return options


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def run(supervisor: Supervisor, options: argparse.Namespace) -> int:
    """Start everything, run both lots, compare, and serve on unless told to end."""
    started = time.monotonic()
    folder = options.folder
    shutil.rmtree(folder / "logs", ignore_errors=True)
    (folder / "logs").mkdir(parents=True)
    wanted = (stack.CONSOLE_PORT, stack.RECEIVER_PORT, stack.MQTT_PORT)
    console_port, receiver_port, mqtt_port = (0, 0, 0) if options.any_ports else wanted
    port, receiver_port = free_port(console_port), free_port(receiver_port)
    # Side by side on two cores: the migrations with the servers, then the seeding with the
    # processes. One after the other took 9.6 s on a shared machine, this takes 6.
    with ThreadPoolExecutor(max_workers=1) as aside:
        releasing = aside.submit(release, stack.release_environment(folder))
        servers = stack.start_servers(supervisor, folder, console_port=port, mqtt_port=mqtt_port)
        environment = stack.console_environment(folder, servers, port=port)
        releasing.result(COMMAND_WITHIN)
        children = launch_processes(supervisor, environment, receiver_port)
        seeded = seed(environment, servers.mqtt_port, receiver_port, options)
    for child in children:
        supervisor.wait(child)
    say(f"Started in {time.monotonic() - started:.1f} s.")
    subscriber = Subscriber(servers.mqtt_port, topic="#")
    comparisons = main_job(supervisor, seeded, subscriber, receiver_port, options)
    result = together(list(comparisons.values()), seconds=time.monotonic() - started)
    if subscriber.tally.first_at is not None:
        result["first_message_s"] = round(subscriber.tally.first_at - started, 1)
    show(comparisons, seeded)
    if not options.exit:
        serve_on(supervisor)
    print(json.dumps(result), flush=True)
    return 0 if result["ok"] else 1


def release(environment: dict[str, str]) -> None:
    """Run the release process of the Procfile: the migrations."""
    child = stack.process("release", environment)
    execute([str(part) for part in child.command], environment, "the migrations failed")


def launch_processes(
    supervisor: Supervisor, environment: dict[str, str], receiver_port: int
) -> list[Child]:
    """Start the HTTP receiver and each process that serves or works, without waiting."""
    names = [name for name in stack.processes() if name != "release"]
    children = [stack.receiver(receiver_port)]
    children += [stack.process(name, environment) for name in names]
    for child in children:
        supervisor.launch(child)
    return children


def seed(
    environment: dict[str, str], mqtt_port: int, receiver_port: int, options: argparse.Namespace
) -> Seeded:
    """Make the demo workspace, or bring it up to date."""
    command = [sys.executable, "manage.py", "seed_demo"]
    command += ["--mqtt-port", str(mqtt_port), "--http-port", str(receiver_port)]
    command += ["--mocks", str(options.mocks), "--seconds", str(options.seconds)]
    command += ["--rate", str(options.rate)]
    answer = execute(command, environment, "the demo workspace could not be made")
    return Seeded(**json.loads(answer.splitlines()[-1]))


def execute(command: list[str], environment: dict[str, str], otherwise: str) -> str:
    """Run a command to its end and return what it printed."""
    done = subprocess.run(
        command,
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_WITHIN,
    )
    if done.returncode != 0:
        raise DemoFailed(f"{otherwise}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def main_job(
    supervisor: Supervisor,
    seeded: Seeded,
    subscriber: Subscriber,
    receiver_port: int,
    options: argparse.Namespace,
) -> dict[str, Comparison]:
    """Run both lots at the same time, ask for their reports, and compare all counts."""
    console = Console(seeded.site)
    console.sign_in(seeded.email, seeded.password)
    receiver = f"http://127.0.0.1:{receiver_port}/counts"
    ask(receiver, method="DELETE")
    runs = {name: start_lot(console, path) for name, path in seeded.lots.items()}
    totals = watch(supervisor, console, runs, options.seconds)
    await_arrivals(totals["mqtt"].acknowledged, subscriber)
    subscriber.close()
    tallies = {"mqtt": subscriber.tally, "http": restored(json.loads(ask(receiver)))}
    for path in runs.values():
        ask_for_report(console, path)
    mails = options.folder / "mail"
    return {
        name: compare(totals[name], tally, report_lines(supervisor, runs[name], mails))
        for name, tally in tallies.items()
    }


def start_lot(console: Console, path: str) -> str:
    """Press "Start" on the lot's page; return the path of the run's page."""
    landed = console.press(path, f"{path}start/")
    if "/runs/" not in landed:
        raise DemoFailed(f"the lot at {path} did not start")
    return landed


def ask_for_report(console: Console, run_path: str) -> None:
    """Press "CSV report" on the run's page."""
    workspace, _, code = run_path.rstrip("/").partition("/runs/")
    console.press(run_path, f"{workspace}/reports/runs/{code}/new/")


def watch(
    supervisor: Supervisor, console: Console, runs: dict[str, str], seconds: float
) -> dict[str, Totals]:
    """Show the progress of both runs until they have ended; return their totals."""
    deadline = time.monotonic() + seconds + SPARE
    started = time.monotonic()
    while True:
        crash_check(supervisor)
        figures = {name: console.read(f"{path}live.json") for name, path in runs.items()}
        draw(list(figures.values()), time.monotonic() - started)
        if not any(figure["is_live"] for figure in figures.values()):
            say("")
            return {name: totals_of(figure) for name, figure in figures.items()}
        if time.monotonic() > deadline:
            raise DemoFailed(f"the runs did not end within {seconds + SPARE:g} s")
        time.sleep(0.5)


def totals_of(figure: dict[str, Any]) -> Totals:
    """Return a run's totals from what its page reads."""
    if figure["state"] != "finished":
        raise DemoFailed(f"a run ended as {figure['state']}: {figure['reason']}")
    totals = figure["totals"]
    return Totals(
        mocks=totals["mocks"],
        due=totals["due"],
        acknowledged=totals["acknowledged"],
        failed=totals["failed"],
        p50_ms=round((totals["p50"] or 0) * 1000, 2),
        p99_ms=round((totals["p99"] or 0) * 1000, 2),
    )


def draw(figures: list[dict[str, Any]], seconds: float) -> None:
    """Draw one line: bar, rate, failures, time left."""
    elapsed = min(figure["elapsed"] for figure in figures)
    duration = max(figure["duration"] for figure in figures)
    done = min(1.0, elapsed / duration)
    bar = "█" * round(done * 30) + "░" * (30 - round(done * 30))
    rate = sum(figure["rate"] for figure in figures)
    failed = sum(figure["totals"]["failed"] for figure in figures)
    connected = sum(figure["connected"] for figure in figures)
    left = max(0.0, duration - elapsed)
    line = (
        f"{bar} {done:4.0%}  {connected:,} connected  {rate:8,.0f} messages/s  "
        f"{failed:,} failed  {left:4.0f} s left"
    )
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()
    elif int(seconds * 2) % 10 == 0:  # a log file needs no animation: a line in five seconds
        say(line)


def await_arrivals(expected: int, subscriber: Subscriber) -> None:
    """Give the broker time to hand over the last messages."""
    deadline = time.monotonic() + SETTLE
    while subscriber.tally.received < expected and time.monotonic() < deadline:
        time.sleep(0.1)


def report_lines(supervisor: Supervisor, run_path: str, mails: Path) -> Iterator[str]:
    """Wait for the mail with the run's report, follow its link, and return the CSV's lines."""
    code = run_path.rstrip("/").rpartition("/")[2]
    found = wait_for(lambda: link_in_mail(mails, code), "the report's mail", supervisor)
    with urllib.request.urlopen(found, timeout=60) as answer:
        yield from answer.read().decode("utf-8").splitlines(keepends=True)


def link_in_mail(mails: Path, run_code: str) -> str | None:
    """Return the link of the mail that brings the report of this run, once it is there."""
    for file in sorted(mails.glob("*.eml"), reverse=True):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        if run_code in text and (link := LINK.search(text)):
            return link[0]
    return None


def wait_for(look: Callable[[], str | None], what: str, supervisor: Supervisor) -> str:
    """Return what ``look`` finds, at most 180 s from now."""
    deadline = time.monotonic() + REPORT_WITHIN
    while time.monotonic() < deadline:
        crash_check(supervisor)
        if found := look():
            return found
        time.sleep(0.25)
    raise DemoFailed(f"{what} did not come within {REPORT_WITHIN:g} s")


def crash_check(supervisor: Supervisor) -> None:
    """Raise ChildFailed when a child has ended by itself."""
    if child := supervisor.crashed():
        raise ChildFailed(f"{child.name} ended unexpectedly\n{supervisor.last_lines(child)}")


def ask(url: str, *, method: str = "GET") -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as answer:
        return bytes(answer.read())


def show(comparisons: dict[str, Comparison], seeded: Seeded) -> None:
    """Print the table, and where to look further."""
    names = list(comparisons)
    say(f"\n{'':14}" + "".join(f"{name.upper() + ' lot':>14}" for name in names))
    for row in asdict(comparisons[names[0]]):
        cells = [asdict(comparisons[name])[row] for name in names]
        say(f"{row:14}" + "".join(f"{cell:14,}" for cell in cells))
    say(f"{'agree':14}" + "".join(f"{'yes' if comparisons[n].ok else 'NO':>14}" for n in names))
    say(f"\nConsole   {seeded.site}{seeded.workspace}")
    say(f"Sign in   {seeded.email}  {seeded.password}")


def serve_on(supervisor: Supervisor) -> None:
    """Serve until Ctrl-C or until a child crashes."""
    say("Serving. Ctrl-C ends it.")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            crash_check(supervisor)
            time.sleep(0.5)
    say("")


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
