"""The call that whoever started a tower gets each second.

Rule: one at a time, and none holds the tower up; an error in it costs a traceback in the log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

EachSecond = Callable[[], Awaitable[None]]

LAST_CALL_WITHIN = 10.0  # s that the last call may take


class Calls:
    """Those of one tower; None: nobody is called."""

    def __init__(self, each_second: EachSecond | None, *, tower: str) -> None:
        self._each_second = each_second
        self._tower = tower
        self._call: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Call in a task of its own; while one call lasts, the next ones are left out."""
        if self._each_second and (self._call is None or self._call.done()):
            self._call = asyncio.get_running_loop().create_task(_guarded(self._each_second))

    async def last(self) -> None:
        """Call for the last time, once the call before is over."""
        if not self._each_second:
            return
        try:
            async with asyncio.timeout(LAST_CALL_WITHIN):
                if self._call:
                    await self._call
                await _guarded(self._each_second)
        except TimeoutError:
            logger.error("tower=%s: the last report took over %g s", self._tower, LAST_CALL_WITHIN)

    def cancel(self) -> None:
        """End the call that lasts."""
        if self._call:
            self._call.cancel()


async def _guarded(each_second: EachSecond) -> None:
    try:
        await each_second()
    except Exception:
        logger.exception("the call of each second failed")
