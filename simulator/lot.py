"""The lot document: what a run needs to know, as it lies in the object store.

Rule: no secret stands in it in the clear; ``Target.secrets`` are sealed by whoever wrote it and are
handed to the tower apart, in ``Credentials``.
"""

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

MAX_MOCKS = 50_000  # in one lot; the product's promise, and what three towers here carry
MAX_DURATION = 7 * 86_400.0  # s; a run longer than a week is a service, not a test
MAX_RATE = 1_000.0  # messages/s of one mock

MAX_TEXT = 1_000  # characters of a name, a topic or a path

Text = Annotated[str, Field(max_length=MAX_TEXT)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tls(_Model):
    """How the far side proves who it is. ``ca`` is PEM text; empty: the system's authorities."""

    ca: str = ""
    verify: bool = True
    server_name: str = ""


class Credentials(_Model):
    """The secrets of a target in the clear; never stored, never printed."""

    username: Text = ""  # takes placeholders, as the client id does: {id}, {site}
    password: str = Field(default="", repr=False)
    token: str = Field(default="", repr=False)  # bearer, HTTP only


class Will(_Model):
    """What the broker publishes when a mock vanishes without a DISCONNECT (MQTT 3.1.1, 3.1.2.5)."""

    topic: Text  # takes placeholders, as the client id does: status/{id}
    # Takes placeholders too; other braces are those of JSON and stay.
    payload: str = Field(default="", max_length=65_535)
    qos: Literal[0, 1] = 0
    retain: bool = False


class Parting(NamedTuple):
    """A will that a mock makes itself, another one for each connection."""

    topic: str
    payload: bytes
    qos: Literal[0, 1]
    retain: bool


class Target(_Model):
    """Where mocks connect to. ``path`` is the prefix of every HTTP path."""

    protocol: Literal["mqtt", "http"]
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(ge=1, le=65_535)
    tls: Tls | None = None
    client_id: Text = "{id}"  # MQTT; takes what is fixed for a mock: id, index, variables
    keep_alive: int = Field(default=60, ge=5, le=65_535)  # s; MQTT
    will: Will | None = None  # MQTT
    method: Literal["POST", "PUT", "PATCH"] = "POST"  # HTTP
    path: Text = ""  # HTTP
    headers: dict[str, str] = Field(default_factory=dict, max_length=50)  # HTTP
    acknowledge_within: float = Field(default=20.0, gt=0, le=300)  # s
    secrets: str = Field(default="", repr=False)  # Credentials, sealed by the writer

    @property
    def address(self) -> str:
        """Host and port as people write it: ``broker.example:1883``, ``[::1]:80``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Part(_Model):
    """One definition of a lot and how many mocks follow it."""

    name: Text
    document: dict[str, Any]  # the definition, parsed from its text
    first: int = Field(default=0, ge=0)  # number of its first mock in the run
    count: int = Field(ge=1, le=MAX_MOCKS)
    # messages/s of each mock, over all its messages; None: as the definition says
    rate: float | None = Field(default=None, gt=0, le=MAX_RATE)


class Lot(_Model):
    """The immutable snapshot of a lot that a run executes."""

    version: Literal[1] = 1
    run: Text = ""
    name: Text = ""
    seed: int = Field(default=1, ge=0, lt=2**63)
    duration: float = Field(gt=0, le=MAX_DURATION)  # s
    ramp: float = Field(default=0.0, ge=0, le=MAX_DURATION)  # s until the last mock is switched on
    parts: list[Part] = Field(min_length=1, max_length=20)
    target: Target
    datasets: dict[str, str] = Field(default_factory=dict)  # name in definitions -> object's key

    @property
    def mocks(self) -> int:
        """How many mocks the whole lot has."""
        return sum(part.count for part in self.parts)
