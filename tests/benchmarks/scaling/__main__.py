"""``python -m tests.benchmarks.scaling``: prints the table, and makes docs/images/scaling.svg."""

from pathlib import Path

from tests.benchmarks.scaling.drawing import picture
from tests.benchmarks.scaling.stories import compared, table

IMAGE = Path(__file__).parents[3] / "docs/images/scaling.svg"

if __name__ == "__main__":
    found = compared()
    IMAGE.write_text(picture(found), "utf-8")
    print(table(found))
