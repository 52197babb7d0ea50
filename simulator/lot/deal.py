"""How the rows of a credential table are dealt to the mocks of a lot.

Rule: names the table and never holds it: its secrets lie sealed in the object store.
"""

from typing import Literal

from pydantic import Field

from simulator.lot.base import Model, Text


class Deal(Model):
    """Which credential table mocks have, and which row is whose."""

    table: Text = Field(min_length=1)  # the file's name, for texts
    key: Text = ""  # the sealed object's in the store; whoever writes lot.json fills it in
    # order: mock n has row n, counted from 0 through the lot; key: the row whose column "id" says
    # what the mock's ``match`` says; round_robin: after the last row comes the first again.
    by: Literal["order", "key", "round_robin"] = "order"
    match: Text = "id"  # by key: the mock's id, or a constant or variable of its definition
