"""Plain text with placeholders as a line: topics, paths, ids, cells."""

from simulator.definition.expressions.template import Template
from simulator.payloads.hole import Hole
from simulator.payloads.line import Line
from simulator.payloads.texts import Form


def plain_line(template: Template, form: Form = Form.PLAIN) -> Line:
    """Return a template of plain text, a topic or a path, as a line."""
    return Line([part if isinstance(part, str) else Hole(part, form) for part in template.parts])
