"""The definition language: from a document's text to a frozen value that can be simulated."""

from simulator.definition.expression import Expression, parse_expression
from simulator.definition.template import Placeholder, Template, parse_template

__all__ = ["Expression", "Placeholder", "Template", "parse_expression", "parse_template"]
