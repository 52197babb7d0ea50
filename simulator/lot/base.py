"""What all models of the lot document have in common.

Rule: frozen, and strict about words, as those of a definition; a document that is read once is
never changed.
"""

from typing import Annotated

from pydantic import Field

from simulator.definition import model

MAX_TEXT = 1_000  # characters of a name, a topic or a path

Text = Annotated[str, Field(max_length=MAX_TEXT)]


class Model(model.Model):
    """The base of every model of the lot document."""
