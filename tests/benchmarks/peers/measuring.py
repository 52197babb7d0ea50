"""What every contestant measures of itself: messages and CPU between two moments.

Rule: the standard library only, for it runs in the peers' environment too.
"""

import json
import resource
import sys
import time


class Measure:
    """Counts between ``begin`` and ``end``; whoever is measured adds to ``messages``."""

    def __init__(self) -> None:
        self.messages = 0
        self._start = (0, 0.0, 0.0)

    def begin(self) -> None:
        self._start = (self.messages, time.monotonic(), cpu())

    def end(self, **more: object) -> None:
        """Print the result as one line of JSON, and end the process at once: what is still on its
        way is of no interest."""
        messages, began, used = self._start
        result = {
            "messages": self.messages - messages,
            "seconds": time.monotonic() - began,
            "cpu": cpu() - used,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,  # MB (Linux)
        }
        print(json.dumps(result | more), flush=True)
        sys.stdout.flush()


def cpu() -> float:
    """Seconds of CPU that this process has used, all threads, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
