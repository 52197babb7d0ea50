"""What all orders to a run have in common: when they take effect, and at whom they are aimed.

Rule: an order is a value; that it was given, by whom, is kept by who took it.
"""

from typing import ClassVar

from pydantic import ConfigDict, Field

from simulator.definition.model import Model
from simulator.definition.quantities.units import Seconds
from simulator.lot.aim import Aim


class Order(Model):
    """What every order has."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False
    )

    order: str
    at: Seconds = Field(
        default=0.0, description="When it takes effect: s since the run's start, or since now"
    )

    lasts: ClassVar[bool] = False  # it is in force until another order takes its place

    @property
    def title(self) -> str:
        """What charts and the run's timeline call it."""
        return self.order


class AimedOrder(Order):
    """An order to some of the mocks."""

    aim: Aim = Field(default_factory=Aim, description="Whom it is for; else every mock")
