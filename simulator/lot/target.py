"""Where mocks connect to: what targets of all protocols have in common.

Rule: a protocol's own options stand in its own module, in a model that extends this one.
"""

from pydantic import Field

from simulator.lot.base import Model
from simulator.lot.tls import Tls
from simulator.speech import Speech


class Target(Model):
    """Where mocks connect to, and how long they wait there. ``protocol`` names the kind."""

    protocol: str
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(ge=1, le=65_535)
    tls: Tls | None = None
    acknowledge_within: float = Field(default=20.0, gt=0, le=300)  # s
    secrets: str = Field(default="", repr=False)  # Credentials, sealed by the writer

    @property
    def address(self) -> str:
        """Host and port as people write it: ``broker.example:1883``, ``[::1]:80``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def acknowledged_from(self) -> int:
        """The least QoS at which every message is acknowledged; 0 is all of them, 3 is none."""
        return 1

    @property
    def speech(self) -> Speech:
        """What of a definition its protocol carries."""
        raise NotImplementedError
