"""Whether bytes look like a pattern in which ``*`` stands for any.

Rule: nothing takes longer than both lengths allow, whatever the far side sends; so there are no
regular expressions here.
"""

from simulator.lot.octets import octets


class Pattern:
    """A pattern, taken apart once."""

    __slots__ = ("_first", "_last", "_least", "_middle")

    def __init__(self, text: str) -> None:
        r"""``text``: as ``Octets`` of a lot document; ``\x2a`` is an asterisk.

        Raises:
            ValueError: An escape that there is not.
        """
        pieces = [octets(piece) for piece in text.split("*")]
        self._first, *self._middle = pieces
        self._last = self._middle.pop() if self._middle else None  # None: no asterisk at all
        self._least = sum(map(len, pieces))  # bytes

    def matches(self, data: bytes) -> bool:
        """Return whether all of the bytes are like the pattern."""
        if self._last is None:
            return data == self._first
        if len(data) < self._least:
            return False
        if not (data.startswith(self._first) and data.endswith(self._last)):
            return False
        at, end = len(self._first), len(data) - len(self._last)
        for piece in self._middle:
            at = data.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True
