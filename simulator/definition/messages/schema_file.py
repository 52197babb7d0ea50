"""A schema that is not in the document."""

from pydantic import Field

from simulator.definition.model import Model


class SchemaFile(Model):
    """The dataset that a schema lies in: ``{dataset: reading.proto}``."""

    dataset: str = Field(
        min_length=1, description="The name of an uploaded `.proto` or `.avsc` file"
    )
