"""A mail service to talk with, and mails of each kind."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.web.mail.service import KEY, Service, Signer, running
from web.mail import actions
from web.mail.models import Mail

NOW = datetime(2027, 3, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def service(settings):
    """Return a mail service that is the configured one."""
    with running() as server:
        settings.SENDGRID_API_KEY = KEY
        settings.SENDGRID_API_URL = server.url
        yield server


@pytest.fixture
def signer(settings) -> Signer:
    """Return who signs the service's events."""
    signer = Signer()
    settings.SENDGRID_WEBHOOK_KEYS = [signer.public]
    return signer


@pytest.fixture
def post_to(db, workspace) -> Callable[..., Mail]:
    """Return a function that puts a mail into the outbox."""

    def post(address: str, *, template: str = "mail/edition", subject: str = "S", **more) -> Mail:
        return actions.post(address, subject, template, {"link": "https://x.example/"}, **more)

    return post


def subjects(service: Service) -> list[str]:
    """Return the subjects of the mails that the service took, in order."""
    return [mail["subject"] for mail in service.mails]
