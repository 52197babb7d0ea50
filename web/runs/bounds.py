"""How long a run may last: by its lot, its schedule and its workspace.

Rule: what a workspace does not allow is refused before a run is made; what shall not be waited for
is stopped by ``overtime``.
"""

from datetime import timedelta

from web.lots.durations import duration_text
from web.lots.models import Lot
from web.runs.snapshot import CannotStart


def longest_of(lot: Lot, asked: timedelta | None = None) -> timedelta | None:
    """Return how long after its start a run of the lot is stopped; None: it ends by itself.

    Args:
        lot: Which.
        asked: What its schedule says, above 0.

    Raises:
        CannotStart: The lot lasts longer than a run may in its workspace.
    """
    limit = lot.workspace.longest_run
    if limit is not None and lot.duration > limit:
        raise CannotStart(
            f"The lot lasts {duration_text(lot.duration)}, and a run of this workspace at most "
            f"{duration_text(limit)}. Make the lot shorter, or ask an owner for more."
        )
    return min((each for each in (limit, asked) if each is not None), default=None)
