"""Where mocks connect to: what targets of all protocols have in common.

Rule: a protocol's own options stand in its own module, in a model that extends this one.
"""

from ipaddress import ip_address
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from simulator.lot.base import Model
from simulator.lot.deal import Deal
from simulator.lot.tls import Tls
from simulator.lot.way_back import AnyWayBack, Subscription
from simulator.lot.websocket import WebSocket
from simulator.speech import Speech

MAX_SOURCES = 64  # addresses; with 28,000 ports each more than any machine has sockets


def _address(text: str) -> str:
    """Return an IP address in its usual form; a name would be another one on each tower."""
    return str(ip_address(text))


class Target(Model):
    """Where mocks connect to, and how long they wait there. ``protocol`` names the kind."""

    protocol: str
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(ge=1, le=65_535)
    tls: Tls | None = Field(default=None, description="Encrypt the connection")
    websocket: WebSocket | None = Field(
        default=None, description="Speak the protocol inside of WebSocket"
    )
    sources: list[Annotated[str, AfterValidator(_address)]] = Field(
        default_factory=list,
        max_length=MAX_SOURCES,
        description=(
            "Addresses of the tower's machine that connections come from, in turn; empty: as it "
            "chooses. One address has some 28,000 ports towards one target"
        ),
    )
    acknowledge_within: float = Field(
        default=20.0, gt=0, le=300, description="s without an answer after which a send has failed"
    )
    secrets: str = Field(default="", repr=False)  # Credentials, sealed by the writer
    deal: Deal | None = None  # whose row of a credential table each mock has
    way_back: AnyWayBack | None = Field(
        default=None, description="How it tells what has arrived, to be held against what was sent"
    )

    # Words of all targets that this protocol has no use for: forms do not offer them.
    unused: ClassVar[frozenset[str]] = frozenset()
    # Placeholders of its path that stand for a secret, and are filled in for each connection.
    filled_late: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _can_be_subscribed(self) -> Self:
        if isinstance(self.way_back, Subscription) and self.protocol != "mqtt":
            raise ValueError(f"way_back: a subscription is of MQTT, not of {self.protocol}")
        return self

    @property
    def address(self) -> str:
        """Host and port as people write it: ``broker.example:1883``, ``[::1]:80``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def authority(self) -> str:
        """What the header ``Host`` says: without the port where it is HTTP's own."""
        usual = 443 if self.tls else 80
        return self.address.removesuffix(f":{self.port}") if self.port == usual else self.address

    @property
    def acknowledged_from(self) -> int:
        """The least QoS at which every message is acknowledged; 0 is all of them, 3 is none."""
        return 1

    @property
    def speech(self) -> Speech:
        """What of a definition its protocol carries."""
        raise NotImplementedError
