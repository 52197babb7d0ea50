"""What makes values uses no function whose last digit differs between processors."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2] / "simulator"

# Measured, not made: latencies, fits that are rounded, and what is told of a definition.
MEASURES = ("recording/", "inference/", "tower/", "transports/", "commands/")
INEXACT = re.compile(
    r"\b(?:np|math)\.(?:sin|cos|tan|arcsin|arccos|arctan2?|asin|acos|atan2?|hypot|exp|exp2|expm1"
    r"|log1p|log2|log10|power|pow|float_power|cbrt|sinh|cosh|tanh|random)\b"
)


def test_values_are_made_by_exact_functions_alone() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted(ROOT.rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(MEASURES)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if INEXACT.search(line)
    ]

    assert found == []
