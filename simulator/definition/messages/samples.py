"""Several samples in one message: how many, and how far apart."""

from pydantic import Field

from simulator.definition.model import Model
from simulator.definition.quantities.units import Seconds

MAX_BULK = 10_000  # samples in one message; a minute at 166 Hz


class Samples(Model):
    """How often a message samples. The last sample is taken at its moment, the others before."""

    count: int = Field(ge=1, le=MAX_BULK, description=f"Samples, 1 to {MAX_BULK:,}")
    step: Seconds = Field(description="Time from one sample to the next, such as `1s`; above 0")
