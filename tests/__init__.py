"""The tests; ``bin/`` is on their path, for ``workshop`` starts the real parts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "bin"))
