"""How many database connections all dynos need, against what the database's plan allows.

Rule: pure; counts what each process may hold at once, as docs/operations.md lists it.
"""

from collections.abc import Mapping, Sequence

# A process for each queue and what supervises them; a worker's own two, and three of its tower.
FIXED = {"worker": 5, "reporter": 5, "clock": 1}
WEB = "web"
ASK_THE_FOLLOWER = (WEB, "reporter")


def formation_of(words: Sequence[str]) -> dict[str, int]:
    """Return how many dynos there are of each process, from ``web=2``.

    Raises:
        ValueError: A word is not a process, ``=`` and a number; or the process is unknown.
    """
    found: dict[str, int] = {}
    for word in words:
        name, _, count = word.partition("=")
        if name not in {WEB, *FIXED} or not count.isdecimal():
            known = ", ".join([WEB, *FIXED])
            raise ValueError(f"FORMATION must be such as web=2, of {known}; got {word!r}")
        found[name] = int(count)
    return found


def needed(formation: Mapping[str, int], *, processes: int, threads: int) -> int:
    """Return the connections that all dynos hold at most.

    Args:
        formation: Dynos of each process.
        processes: Of the console, in one dyno.
        threads: Of each of these; each keeps one connection.
    """
    each = {**FIXED, WEB: processes * threads}
    return sum(each[name] * count for name, count in formation.items())
