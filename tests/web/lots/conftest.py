"""What the tests of runs have."""

from tests.web.datasets.conftest import nudged, put  # noqa: F401
from tests.web.runs.conftest import *  # noqa: F403 (fixtures are found by their names)
