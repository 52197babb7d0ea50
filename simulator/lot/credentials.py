"""The secrets of a target in the clear, as a tower's process alone has them.

Rule: never stored, never printed, in no text of an error.
"""

from pydantic import Field

from simulator.lot.base import Model, Text


class Credentials(Model):
    """The secrets of a target in the clear; never stored, never printed."""

    username: Text = ""  # takes placeholders, as the client id does: {id}, {site}
    password: str = Field(default="", repr=False)
    token: str = Field(default="", repr=False)  # bearer, HTTP only
