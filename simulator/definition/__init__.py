"""The definition language: from a document's text to a frozen value that can be simulated."""

from simulator.definition.checking import Checked, check, parse, parse_document
from simulator.definition.checks.metrics import Dataset
from simulator.definition.document import Definition
from simulator.definition.expressions.expression import Expression, parse_expression
from simulator.definition.expressions.template import Placeholder, Template, parse_template

__all__ = [
    "Checked",
    "Dataset",
    "Definition",
    "Expression",
    "Placeholder",
    "Template",
    "check",
    "parse",
    "parse_document",
    "parse_expression",
    "parse_template",
]
