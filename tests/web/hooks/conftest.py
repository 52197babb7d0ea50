"""All that hooks are about: a watched run with a call under way, and mails that went out."""

import pytest

from tests.web.alerts.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.alerts.conftest import _nobody_hears_of_jobs, send_all  # noqa: F401
from tests.web.mail.conftest import post_to, signer  # noqa: F401
from web.alerts import escalation
from web.alerts.models import Attempt
from web.reports.models import Standing
from web.reports.standing import actions as regular


@pytest.fixture
def call(incident, twilio, clock) -> Attempt:
    """Return the attempt of a call that Twilio has been asked to make."""
    escalation.climb_due(clock.now)
    send_all()
    return incident.attempts.get(kind="phone")


@pytest.fixture
def standing(workspace, owner, teammate) -> Standing:
    report = Standing(workspace=workspace, name="Monthly")
    return regular.save_standing(report, subscribers=[owner, teammate], by=owner)
