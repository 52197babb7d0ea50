"""The orders that a run obeys, one model a kind, told apart by ``order``.

Rule: what an order means is written here and in ``docs/reference/control.md``; ``orders`` keeps
when each is due, ``fleet/steering.py`` and the tower do it.
"""

from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, TypeAdapter

from simulator.definition.quantities.scalars import Text
from simulator.lot.aim import Names
from simulator.lot.order import AimedOrder, Order

MAX_ORDERS = 100  # of one lot
LEAST_RATE = 0.01
MOST_RATE = 100.0
MOST_MOCKS = 50_000  # as MAX_MOCKS of a lot


class Pause(Order):
    """Nothing is sent any more; the time of all mocks stands still until they resume."""

    order: Literal["pause"] = "pause"
    connected: bool = Field(
        default=True, description="Whether mocks keep their connections meanwhile"
    )

    lasts: ClassVar[bool] = True


class Resume(Order):
    """Mocks go on where they were paused."""

    order: Literal["resume"] = "resume"


class Stop(Order):
    """The run ends in order: what was sent may still be acknowledged."""

    order: Literal["stop"] = "stop"


class Abort(Order):
    """The run ends at once: nothing is waited for but its log."""

    order: Literal["abort"] = "abort"


class Rate(Order):
    """Messages are sent more often, or less."""

    order: Literal["rate"] = "rate"
    factor: float = Field(
        ge=LEAST_RATE,
        le=MOST_RATE,
        description=f"Of the definition's own rate, {LEAST_RATE:g} to {MOST_RATE:g}; 1: as it says",
    )
    messages: Names = Field(default=(), description="Which messages, by name; else all")

    lasts: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """The factor, and of what."""
        of = f" of {', '.join(self.messages)}" if self.messages else ""
        return f"rate × {self.factor:g}{of}"


class Count(Order):
    """So many mocks are on: those with the highest numbers are switched off, or new ones added."""

    order: Literal["count"] = "count"
    mocks: int = Field(
        ge=0,
        le=MOST_MOCKS,
        description=f"How many mocks are on, 0 to {MOST_MOCKS:,}; beyond the lot's "
        "new ones are added, which follow its parts",
    )

    @property
    def title(self) -> str:
        """How many."""
        return f"{self.mocks:,} mock{'' if self.mocks == 1 else 's'} on"


class Force(AimedOrder):
    """Mocks go into a status, whatever status they are in."""

    order: Literal["status"] = "status"
    status: Text = Field(description="Which, by name; mocks whose definition has none stay")

    @property
    def title(self) -> str:
        """The status."""
        return f"status {self.status}"


class Send(AimedOrder):
    """Mocks send a message now, beside its rhythm."""

    order: Literal["send"] = "send"
    message: Text = Field(description="Which, by name; mocks whose definition has none do nothing")

    @property
    def title(self) -> str:
        """The message."""
        return f"send {self.message}"


AnyOrder = Annotated[
    Pause | Resume | Stop | Abort | Rate | Count | Force | Send, Field(discriminator="order")
]

KINDS: dict[str, type[Order]] = {
    kind.model_fields["order"].default: kind for kind in get_args(get_args(AnyOrder)[0])
}

_ADAPTER: TypeAdapter[Order] = TypeAdapter(AnyOrder)


def order_of(data: Any) -> Order:
    """Return the order that plain data says, as it stands in a lot document.

    Raises:
        pydantic.ValidationError: No such order, or a value or word that its kind does not have.
    """
    return _ADAPTER.validate_python(data)
