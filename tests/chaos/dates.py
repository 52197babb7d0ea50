"""A date of one process that is wrong, or is set while it runs; the others keep theirs.

Rule: libfaketime stands between the process and the date of its machine, as NTP or a person would;
clocks that nobody can set go on as they are.
"""

from pathlib import Path

from workshop.supervisor import Child

LIBRARIES = ("/usr/lib", "/usr/local/lib", "/lib")
NAME = "faketime/libfaketimeMT.so.1"
# How Python sleeps from 3.11 on, until a moment of a clock that nobody sets, libfaketime refuses
# (EINVAL), and a thread that rests would end. So it waits for no file instead, for as long.
SLEEP = """\
import select
import time

def sleep(seconds):
    select.select((), (), (), seconds)

time.sleep = sleep
"""


class Date:
    """The date of a process, as far as it differs from its machine's."""

    def __init__(self, file: Path, *, wrong: float = 0.0) -> None:
        """``file``: what the process reads it from; ``wrong``: s that it is ahead at first."""
        self._file = file
        self.put(wrong)

    def put(self, wrong: float) -> None:
        """Set it to be so many s ahead; the process has it within a second."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{wrong:+.0f}")
        new.replace(self._file)

    def rule(self, child: Child) -> Child:
        """Have a process that is yet to start go by this date; return it."""
        asleep = self._file.parent / "asleep"
        asleep.mkdir(exist_ok=True)
        (asleep / "sitecustomize.py").write_text(SLEEP)
        child.environment = {
            **child.environment,
            "PYTHONPATH": str(asleep),
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        return child


def library() -> Path:
    """Return where libfaketime is.

    Raises:
        FileNotFoundError: It is not on this machine.
    """
    for folder in LIBRARIES:
        for place in (Path(folder), *Path(folder).glob("*-linux-gnu*")):
            if (found := place / NAME).exists():
                return found
    raise FileNotFoundError("no libfaketime: apt install faketime")
