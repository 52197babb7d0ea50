"""Running a program of others and measuring it as a whole, from its start to its end.

Rule: the standard library only, for it runs in the peers' environment too.
"""

import json
import resource
import subprocess
from collections.abc import Sequence


def run(command: Sequence[str], *, within: float, folder: str | None = None) -> str:
    """Run it and return what it printed.

    Raises:
        subprocess.SubprocessError: it failed, or took longer than ``within`` s.
    """
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=within, check=True, cwd=folder
    )
    return ended.stdout


def tell(messages: int, seconds: float, **more: object) -> None:
    """Print the result: the CPU and memory of all programs that were run."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = {
        "messages": messages,
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,  # MB (Linux)
    }
    print(json.dumps(result | more), flush=True)
