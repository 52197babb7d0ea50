"""How many values a second of CPU time a function without arguments gives, called one by one.

Rule: the standard library only, for it runs in the peers' environment too.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

_BLOCK = 200  # calls between two looks at the clock


def rate(one: Callable[[], Any], seconds: float) -> float:
    """Return calls a second; what comes back is kept in a list, as a sender would."""
    one()
    calls, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        values = [one() for _ in range(_BLOCK)]
        calls += len(values)
    return calls / spent


def print_rates(ones: Mapping[str, Callable[[], Any]], seconds: float) -> None:
    """Print values a second by our word, as one line of JSON."""
    print(json.dumps({word: rate(one, seconds) for word, one in ones.items()}), flush=True)
