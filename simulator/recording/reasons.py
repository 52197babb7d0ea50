"""Failures by reason: how many, of a bounded number of kinds.

Rule: a reason is its text; codes are 1 and up in order of first appearance, 0 is "no failure".
"""

from collections.abc import Iterable
from dataclasses import dataclass

MAX_REASONS = 200  # a target that puts a number in each refusal must not grow memory or the page
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason and how often: for ``sends`` that failed, for connections ``lost``."""

    text: str
    sends: int
    lost: int


class Reasons:
    """The reasons of one shard. The last place is kept for ``other``."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]  # by code
        self._codes: dict[str, int] = {"": 0}
        self._sends: list[int] = [0]
        self._lost: list[int] = [0]

    def send(self, text: str) -> int:
        """Count a send that failed; return the reason's code, 1 to ``MAX_REASONS``."""
        code = self.code(text)
        self._sends[code] += 1
        return code

    def lost(self, text: str) -> int:
        """Count a connection that was lost or never came to be; return the reason's code."""
        code = self.code(text)
        self._lost[code] += 1
        return code

    def code(self, text: str) -> int:
        """The code of ``text``, a new one at its first appearance; 0 for the empty text."""
        code = self._codes.get(text)
        if code is not None:
            return code
        if len(self.texts) >= MAX_REASONS:
            text = OTHER
            if text in self._codes:
                return self._codes[text]
        return self._add(text)

    def _add(self, text: str) -> int:
        code = self._codes[text] = len(self.texts)
        self.texts.append(text)
        self._sends.append(0)
        self._lost.append(0)
        return code

    def restore(self, table: Iterable[Reason]) -> None:
        """Go on from what ``table`` gave; before anything is counted here."""
        for reason in table:
            code = self.code(reason.text)
            self._sends[code] += reason.sends
            self._lost[code] += reason.lost

    def table(self) -> list[Reason]:
        """All reasons so far, by code: entry 0 has code 1. Its length never shrinks."""
        rows = zip(self.texts[1:], self._sends[1:], self._lost[1:], strict=True)
        return [Reason(*row) for row in rows]
