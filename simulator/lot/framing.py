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
    delimiter: Octets = Field(
        default="\n",
        min_length=1,
        description="What ends a message; with \\n, a \\r before it is taken off what comes in",
    )
    escape: Octets = Field(
        default="",
        description="What stands for a delimiter inside of a payload; empty: such a payload is "
        "refused",
    )

    @model_validator(mode="after")
    def _escape_is_none(self) -> "Lines":
        if self.escape and octets(self.delimiter) in octets(self.escape):
            raise ValueError("escape must not hold the delimiter that it stands for")
        return self


class Lengths(Model):
    """Each message stands behind its length, a number of some bytes."""

    kind: Literal["length"] = "length"
    size: Literal[1, 2, 4] = Field(default=4, description="Bytes of the number")
    order: Literal["big", "little"] = Field(
        default="big", description="Which byte of the number is first; networks have `big`"
    )
    counts_itself: bool = Field(
        default=False, description="The number counts its own bytes besides those of the payload"
    )


class Fixed(Model):
    """Each message has the same number of bytes."""

    kind: Literal["fixed"] = "fixed"
    size: int = Field(ge=1, le=MAX_FRAME, description="Bytes of each message")


Framing: TypeAlias = Annotated[Lines | Lengths | Fixed, Field(discriminator="kind")]


class Acknowledgement(Model):
    """The far side answers each message by one frame, in their order.

    In both texts ``*`` stands for any bytes. A frame that is like neither is a command, and so is
    one that comes while no message waits.
    """

    ok: Octets = Field(
        default="*", min_length=1, description="The message was taken; * is any bytes"
    )
    refused: Octets = Field(
        default="", description="The message was not taken; empty: no frame says so"
    )
