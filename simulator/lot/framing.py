"""Where a message ends on a stream of bytes, and how the far side says that it has it.

Rule: only the shape; the bytes are made and read in ``protocols/framing``.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from simulator.lot.base import Model
from simulator.lot.octets import Octets, octets

MAX_FRAME = 262_144  # bytes; as the largest command that a mock reads


class Lines(Model):
    """Each message ends with a delimiter."""

    kind: Literal["line"] = "line"
    # What ends a message; with \\n, a \\r before it is taken off what comes in.
    delimiter: Octets = Field(default="\n", min_length=1)
    # What stands for a delimiter inside of a payload; empty: such a payload is refused.
    escape: Octets = ""

    @model_validator(mode="after")
    def _escape_is_none(self) -> "Lines":
        if self.escape and octets(self.delimiter) in octets(self.escape):
            raise ValueError("escape must not hold the delimiter that it stands for")
        return self


class Lengths(Model):
    """Each message stands behind its length, a number of some bytes."""

    kind: Literal["length"] = "length"
    size: Literal[1, 2, 4] = 4  # bytes of the number
    order: Literal["big", "little"] = "big"
    counts_itself: bool = False  # the number is that of its own bytes and the payload's together


class Fixed(Model):
    """Each message has the same number of bytes."""

    kind: Literal["fixed"] = "fixed"
    size: int = Field(ge=1, le=MAX_FRAME)  # bytes


Framing: TypeAlias = Annotated[Lines | Lengths | Fixed, Field(discriminator="kind")]


class Acknowledgement(Model):
    """The far side answers each message by one frame, in their order.

    In both texts ``*`` stands for any bytes. A frame that is like neither is a command, and so is
    one that comes while no message waits.
    """

    ok: Octets = Field(default="*", min_length=1)
    refused: Octets = ""  # the message was not taken; empty: no frame says so
