"""What is done with a target that refuses: less is sent, and in the end the shard gives up.

Rule: told counts each second, and told nothing else; a target that takes one in twenty is tried on.
Silence is no refusal: a target that is down is waited for by the mocks themselves.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.recording.reasons import Reason

# What a far side says no with: its status, its reason code, a reset of the connection's first
# packet. docs/reference/refusals.md has them all.
_REFUSED = re.compile(r"HTTP (4\d\d|503)\b|\brefused\b|\btoo many requests\b|^CoAP 4\.")
WINDOW = 10  # s that are looked at together
SHARE = 0.95  # of what is settled in a window, above which the target refuses
LEAST = 5  # refusals in a window that say something
LONGEST_GAP = 10.0  # s between two messages of a shard, at the slowest
FIRST_GAP = 0.01  # s; doubles with each window


@dataclass(slots=True)
class Restraint:
    """Watches one shard.

    Args:
        give_up_after: s of refusal after which ``is_over`` says why; None or 0: never, and nothing
            is slowed down.
    """

    give_up_after: float | None
    gap: float = 0.0  # s between two messages of the shard; 0: as its plan has it
    is_over: str = ""  # why it gives up
    _refused_before: int = 0
    _delivered_before: int = -1  # nothing was told yet
    _window: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _seconds: int = 0  # of refusal without a break

    @property
    def is_used(self) -> bool:
        """Whether anything is watched."""
        return bool(self.give_up_after)

    def end_second(self, *, delivered: int, reasons: Iterable[Reason]) -> None:
        """Take the totals of the shard after another second.

        Args:
            delivered: Sends that went well so far.
            reasons: Everything that failed so far.
        """
        refused = sum(each.sends + each.lost for each in reasons if is_refusal(each.text))
        is_first = self._delivered_before < 0
        news = refused - self._refused_before, delivered - self._delivered_before
        self._refused_before, self._delivered_before = refused, delivered
        if not is_first:  # what another tower had counted is no news
            self._window.append(news)
            self._judge()

    def _judge(self) -> None:
        bad = sum(each for each, _ in self._window)
        good = sum(each for _, each in self._window)
        if bad < LEAST or bad < SHARE * (bad + good):
            self._seconds, self.gap = 0, self.gap / 2 if self.gap > FIRST_GAP else 0.0
            return
        self._seconds += 1
        if self._seconds % WINDOW == 0:
            self.gap = min(LONGEST_GAP, max(FIRST_GAP, self.gap * 2))
        if self.give_up_after and self._seconds >= self.give_up_after:
            share = 100 * bad / (bad + good)
            self.is_over = gave_up(share, self._seconds)


def gave_up(share: float, seconds: int) -> str:
    """Return why a shard has given its target up; ``share`` in percent."""
    return f"the target refused {share:.0f} % of what was sent to it for {seconds} s, so it ended"


def is_refusal(reason: str) -> bool:
    """Whether a reason of the log says that the far side answered no."""
    return bool(_REFUSED.search(reason))
