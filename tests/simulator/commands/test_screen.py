"""The table that a terminal shows."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from simulator.commands.runs.live import picture
from simulator.commands.summary import Progress
from simulator.recording import Limited, Link, Reason, Second, new_board
from simulator.tower import Snapshot


def snapshot(shard: str, *, connected: int, reasons: list[Reason]) -> Snapshot:
    board = new_board(0, 10)
    board["link"][:connected] = Link.CONNECTED
    before = Second(at=1, due=50, acknowledged=50)
    second = Second(at=2, due=100, acknowledged=90, failed=10, losts=3, bytes=2_000_000)
    second.latency.record([0.010] * 90)
    return Snapshot(
        shard=shard, t=3.0, board=board, statuses=("on",), reasons=reasons,
        seconds=[before, second], total=Second.summed([before, second]), state="running", error="",
        dropped=0,
    )  # fmt: skip


def shown(progress: Progress, elapsed: float, width: int = 110) -> str:
    console = Console(file=StringIO(), width=width)
    console.print(picture(progress, elapsed))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_it_shows_the_figures_of_all_shards_the_last_second_and_the_reasons() -> None:
    progress = Progress(20, 60.0)
    refused = [Reason("connection refused", sends=20, lost=3), Reason("broker refused", 1, 0)]
    progress.take([snapshot("a", connected=10, reasons=refused)])
    progress.take([snapshot("b", connected=4, reasons=[])])

    text = shown(progress, 15.0)

    assert "running" in text
    assert "45 s left" in text
    assert "14 of 20" in text
    cells = text.splitlines()[2].split()
    assert cells[3:] == ["180", "300", "0", "280", "20", "6", "4.0"]
    assert "10.0" in text
    assert "generator-limited" not in text
    assert text.index("23  connection refused") < text.index("1  broker refused")


def test_a_narrow_terminal_cuts_no_line_into_the_next_column() -> None:
    progress = Progress(20, 60.0)
    progress.take([snapshot("a", connected=10, reasons=[])])

    assert all(len(line) <= 60 for line in shown(progress, 70.0, width=60).splitlines())
    assert "ending" in shown(progress, 70.0, width=60)


def test_a_generator_that_was_late_is_told_before_anything_is_believed() -> None:
    progress = Progress(20, 60.0)
    limited = Limited(since=1_800_000_000, lateness=0.8, seconds=3, tower="command")
    progress.take([replace(snapshot("a", connected=10, reasons=[]), limited=limited)])

    text = shown(progress, 15.0, width=300)

    assert "generator-limited since 08:00:00 UTC: p99 of lateness rose to 800 ms" in text
    assert "generator-limited" in progress.sentences(15.0)
    assert progress.report(15.0)["generator_limited"].startswith("generator-limited since")


def test_the_summary_says_what_came_by_the_targets_way_back() -> None:
    progress = Progress(10, 60.0)
    told = snapshot("a", connected=10, reasons=[])
    counted = replace(told, total=Second.summed([told.total, Second(at=3, counted=139)]))
    progress.take([counted])

    assert "the receiver counted 139 of 140 delivered" in progress.sentences(15.0)
    assert progress.report(15.0)["arrivals"] == {
        "arrived": 0, "missing": 0, "duplicates": 0, "disordered": 0, "unfollowed": 0,
        "counted": 139,
    }  # fmt: skip
