"""What targets have in common that many mocks share one client of.

Rule: mocks have no connection of their own there, so nothing here is of one mock alone.
"""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from simulator.lot.target import Target


class ProducerTarget(Target):
    """A broker of messages to which all mocks of a shard publish through one client.

    The credentials are those that the first mock of the shard shows.
    """

    unused: ClassVar[frozenset[str]] = frozenset(("websocket", "sources"))
    in_flight: int = Field(
        default=2_000,
        ge=1,
        le=20_000,
        description="Messages of a shard that may wait for their acknowledgement",
    )

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        if self.websocket:
            raise ValueError(f"websocket: {self.protocol} is not spoken inside of WebSocket here")
        if self.sources:
            raise ValueError(f"sources: a client of {self.protocol} chooses its own address")
        if self.tls and self.tls.server_name and self.protocol != "nats":
            raise ValueError(f"tls: a client of {self.protocol} asks for the host's own name")
        return self

    @property
    def acknowledged_from(self) -> int:
        return 0
