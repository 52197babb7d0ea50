"""What the rows of running the service are shown with: incidents, and the services that ring."""

from tests.web.alerts.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.alerts.conftest import _nobody_hears_of_jobs  # noqa: F401
