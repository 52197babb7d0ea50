"""What all models of the lot document have in common.

Rule: frozen, and strict about words; a document that is read once is never changed.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_TEXT = 1_000  # characters of a name, a topic or a path

Text = Annotated[str, Field(max_length=MAX_TEXT)]


class Model(BaseModel):
    """The base of every model of the lot document."""

    model_config = ConfigDict(frozen=True, extra="forbid")
