"""A job that drains as a tower does: it listens for SIGTERM, and ends when it is done."""

import logging
import signal
from pathlib import Path
from threading import Event

LIMIT = 120.0  # s; the test ends it much earlier


def drain(folder: str) -> None:
    """Wait for SIGTERM, then for the file ``go-on``, and note that the signal came."""
    told = Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    logging.getLogger("web").warning("job waits")
    assert told.wait(LIMIT)
    pause = Event()
    for _ in range(int(LIMIT / 0.05)):
        if (Path(folder) / "go-on").exists():
            break
        pause.wait(0.05)
    (Path(folder) / "signals").write_text("told")
