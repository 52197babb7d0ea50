"""Both worlds under both rules, and what comes of it in figures."""

from dataclasses import dataclass

from tests.benchmarks.scaling.rules import by_throughput, ours
from tests.benchmarks.scaling.worlds import RATE, Story, crowd, disaster

LOOK = 15  # s between two looks of ours
MINUTE = 60  # s between two of the rule by throughput, as platforms do
MOST = 30  # dynos, of both


@dataclass(frozen=True, slots=True)
class Compared:
    """One world under both rules. ``begin``: s from which on it is measured until all is well."""

    title: str
    work: str  # the unit of what is to be done
    begin: int
    throughput: Story
    ours: Story


def compared() -> list[Compared]:
    """Return both worlds."""
    return [
        Compared(
            "The database is slow for ten minutes",
            "requests/s",
            600,
            disaster(by_throughput(RATE, most=MOST), every=MINUTE),
            disaster(ours(most=MOST, late=0.2), every=LOOK),
        ),
        Compared(
            "50,000 mocks at one stroke",
            "mocks",
            60,
            crowd(by_throughput(9_000.0, most=MOST), every=MINUTE),
            crowd(ours(most=MOST, late=1.0), every=LOOK),
        ),
    ]


def table(rows: list[Compared]) -> str:
    """Return the figures as a table of Markdown."""
    lines = [
        "| | rule | dynos, fewest to most | not done | all is done after | dyno-hours |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for each in rows:
        for name, story in (("by throughput", each.throughput), ("ours", each.ours)):
            after = story.whole_after(each.begin)
            when = "never" if after is None else f"{after:,} s"
            lines.append(
                f"| {each.title} | {name} | {min(story.dynos)} to {max(story.dynos)} | "
                f"{story.lost:.1%} | {when} | {story.hours:.1f} |"
            )
    return "\n".join(lines)
