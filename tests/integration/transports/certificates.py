"""An authority of our own, for servers that the tests start."""

from workshop.authority import DAY, Authority

__all__ = ["DAY", "Authority"]
