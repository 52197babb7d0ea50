"""What goes wrong on purpose in a run: one model a kind of fault, told apart by ``fault``.

Rule: says when, to whom and what; nothing here does anything. Faults that meet the same mock act in
the order of the lot's list, each on what the one before has left.
"""

from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import Field, TypeAdapter, field_validator, model_validator

from simulator.definition.quantities.durations import Steady
from simulator.definition.quantities.scalars import Text
from simulator.definition.quantities.units import Seconds, SomeSeconds
from simulator.lot.aim import Names, Share, SomeShare
from simulator.lot.fault import Fault, Hex, MessageFault, Shift, Wait

MAX_FAULTS = 100  # of one lot, and of those put in by hand into one run
MAX_COPIES = 100  # of one message
MAX_WINDOW = 100  # messages of a mock that are put out of order, or remembered to be sent again
MAX_OVERSIZE = 4_194_304  # bytes; far above what clouds take (128 KiB at AWS, 256 KiB at Azure)
MAX_DELAY = 600.0  # s that a connection holds bytes back
MAX_KEPT = 10_000  # messages that a mock keeps while it is off line
MIN_PERIOD = 0.1  # s of one down and up; a connection takes some ms


class Drop(Fault):
    """The connection is cut without a DISCONNECT, so that the broker publishes the will.

    The mock connects again as always; with ``for`` not before that time is over.
    """

    fault: Literal["drop"] = "drop"
    is_moment: ClassVar[bool] = True


class Silence(Fault):
    """Half-open: the socket stays, and nothing is read or written. Nobody hangs up before its end,
    whatever the mock waits for."""

    fault: Literal["silence"] = "silence"


class Storm(Fault):
    """All are cut off at once and come back at once, or within a time, and try again without
    back-off for as long as it lasts."""

    fault: Literal["storm"] = "storm"
    within: Seconds = Field(
        default=0.0, description="In which they come back, each at a moment of its own; 0: at once"
    )
    lasts: SomeSeconds | None = Field(
        default=10.0, alias="for", description="How long those who are refused do not back off"
    )
    is_moment: ClassVar[bool] = True


class Flapping(Fault):
    """The connection goes and comes back, again and again."""

    fault: Literal["flapping"] = "flapping"
    period: SomeSeconds = Field(
        default=10.0, description=f"From one loss to the next, at least {MIN_PERIOD:g} s"
    )
    down: SomeShare = Field(default=0.5, description="Share of the period that it is gone")
    together: bool = Field(
        default=False, description="Whether all go at the same moment, or each at one of its own"
    )

    @model_validator(mode="after")
    def _in_bounds(self) -> Self:
        if self.period < MIN_PERIOD:
            text = f"period must be {MIN_PERIOD:g} s or more, got {self.period:g} s"
            raise ValueError(text)
        return self


class SlowReader(Fault):
    """The mock reads slowly or not at all, so that the target's queue for it grows."""

    fault: Literal["slow_reader"] = "slow_reader"
    rate: float = Field(default=0.0, ge=0, le=1e9, description="Bytes that it reads each second")
    window: int = Field(
        default=4_096, ge=1_024, le=16_777_216, description="Bytes that its system takes for it"
    )


class Latency(Fault):
    """What is sent and what is received comes later; the order stays."""

    fault: Literal["latency"] = "latency"
    sent: Wait = Field(default=Steady(0.0), description="Of what the mock sends: 200ms ± 100ms")
    received: Wait = Field(default=Steady(0.0), description="Of what it is sent: 200ms ± 100ms")

    @model_validator(mode="after")
    def _something(self) -> Self:
        most = max(self.sent.middle + self.sent.spread, self.received.middle + self.received.spread)
        if not 0 < most <= MAX_DELAY:
            text = f"sent or received must be above 0 s, and at most {MAX_DELAY:g} s"
            raise ValueError(text)
        return self


class Loss(MessageFault):
    """Messages are never written; each is recorded as failed."""

    fault: Literal["loss"] = "loss"


class Duplicate(MessageFault):
    """Messages are sent again, with the same payload and the same sequence number."""

    fault: Literal["duplicate"] = "duplicate"
    copies: int = Field(default=1, ge=1, le=MAX_COPIES, description="How many more of each")
    after: Wait = Field(default=Steady(0.0), description="How much later the copies go out")


class Reorder(MessageFault):
    """Messages of a mock wait until some are together, and go out in another order."""

    fault: Literal["reorder"] = "reorder"
    window: int = Field(default=4, ge=2, le=MAX_WINDOW, description="How many go out together")
    within: SomeSeconds = Field(
        default=60.0, description="How long one waits at most for the others"
    )


class Late(MessageFault):
    """Messages are held back and go out later, with the time that they were made at."""

    fault: Literal["late"] = "late"
    by: Wait = Field(default=Steady(30.0), description="How much later: 30s ± 10s")


class Replay(MessageFault):
    """Beside a message an old one of the same mock goes out again."""

    fault: Literal["replay"] = "replay"
    memory: int = Field(
        default=10, ge=1, le=MAX_WINDOW, description="Of how many last messages one is drawn"
    )


class Truncate(MessageFault):
    """Payloads end early."""

    fault: Literal["truncate"] = "truncate"
    keep: Share | None = Field(
        default=None, description="What is left of it; else drawn for each, less than all"
    )


class Corrupt(MessageFault):
    """Bits or bytes of payloads are flipped, at places drawn for each."""

    fault: Literal["corrupt"] = "corrupt"
    flips: int = Field(default=1, ge=1, le=1_000, description="How many of a payload")
    unit: Literal["bits", "bytes"] = Field(default="bits", description="What is flipped")


class WrongSchema(MessageFault):
    """Payloads of JSON have a field too few, too many, or of another type; others lose, gain or
    change a byte."""

    fault: Literal["wrong_schema"] = "wrong_schema"
    change: Literal["missing", "type", "extra", "any"] = Field(
        default="any", description="What is wrong; any: drawn for each"
    )
    field: Text = Field(
        default="", description="Which field, by its path: position.lat; else drawn for each"
    )


class Oversize(MessageFault):
    """Payloads are filled up with blanks to a size that the target does not take."""

    fault: Literal["oversize"] = "oversize"
    size: int = Field(
        default=262_145, ge=1, le=MAX_OVERSIZE, description="Bytes of the payload, at least"
    )


class WrongTopic(MessageFault):
    """Messages go to a topic or path where nobody expects them."""

    fault: Literal["wrong_topic"] = "wrong_topic"
    address: Text = Field(
        default="wrong/{address}",
        min_length=1,
        description="Where to; {address} is where it should go",
    )

    @field_validator("address")
    @classmethod
    def _no_filter(cls, address: str) -> str:
        """What no client may publish on would never leave: MQTT 3.1.1 and 5.0, 4.7.1."""
        if "#" in address or "+" in address:
            raise ValueError(f"must be a topic or path without + and #, got {address!r}")
        return address


class Malformed(Fault):
    """Bytes that are no packet of the protocol go out on the connection."""

    fault: Literal["malformed"] = "malformed"
    hex: Hex = Field(
        default="", description="The bytes, such as 'f0 00'; else some that the protocol has not"
    )
    is_moment: ClassVar[bool] = True


class WrongCredential(Fault):
    """Each connects anew, and until its end with a credential that is not right."""

    fault: Literal["credential"] = "credential"
    how: Literal["wrong", "expired", "none"] = Field(
        default="wrong",
        description="wrong: another password or token; expired: a token that has run out, or else "
        "a wrong one; none: no credential at all",
    )


class ClockSkew(Fault):
    """The mocks' clocks are wrong: timestamps in payloads are shifted, what happens is not."""

    fault: Literal["clock_skew"] = "clock_skew"
    by: Shift = Field(default=0.0, description="How wrong: -1h is an hour in the past")
    drift: float = Field(
        default=0.0, ge=-1e6, le=1e6, description="How much too fast it runs meanwhile, ppm"
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.by and not self.drift:
            raise ValueError("by or drift must be other than 0")
        return self


class DeadBattery(Fault):
    """The mock is gone without a word, for good or for a time: nothing happens to it, nothing falls
    due. The broker publishes its will."""

    fault: Literal["dead_battery"] = "dead_battery"


class Frozen(Fault):
    """Readings stick at the value that they have when it begins."""

    fault: Literal["frozen"] = "frozen"
    metrics: Names = Field(default=(), description="Which; else all metrics")


class Offline(Fault):
    """No connection; messages are kept by the mock, and all are sent when it is back."""

    fault: Literal["offline"] = "offline"
    size: int = Field(
        default=1_000, ge=1, le=MAX_KEPT, description="How many messages a mock keeps"
    )
    drop: Literal["oldest", "newest"] = Field(
        default="oldest", description="Which goes when there is no room"
    )


AnyFault = Annotated[
    Drop
    | Silence
    | Storm
    | Flapping
    | SlowReader
    | Latency
    | Loss
    | Duplicate
    | Reorder
    | Late
    | Replay
    | Truncate
    | Corrupt
    | WrongSchema
    | Oversize
    | WrongTopic
    | Malformed
    | WrongCredential
    | ClockSkew
    | DeadBattery
    | Frozen
    | Offline,
    Field(discriminator="fault"),
]

KINDS: dict[str, type[Fault]] = {
    kind.model_fields["fault"].default: kind for kind in get_args(get_args(AnyFault)[0])
}

_ADAPTER: TypeAdapter[Fault] = TypeAdapter(AnyFault)


def fault_of(data: Any) -> Fault:
    """Return the fault that plain data says, as it stands in a lot document.

    Raises:
        pydantic.ValidationError: No such fault, or a value or word that its kind does not have.
    """
    return _ADAPTER.validate_python(data)
