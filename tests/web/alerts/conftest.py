"""A watched run, people who are on call, the services they are reached by, and a clock of ours."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from tests.web.alerts.going import going, make_rule, start  # noqa: F401
from tests.web.alerts.servers import Service, slack_says, twilio_says
from tests.web.runs.conftest import *  # noqa: F403 (fixtures are found by their names)
from web.alerts import escalation, incidents, sending
from web.alerts.models import (
    Account,
    AccountKind,
    Attempt,
    Chain,
    ChainTurn,
    Channel,
    ChannelKind,
    Incident,
    Person,
    Rule,
    Watch,
)
from web.platform.secrets import seal

SITE = "https://mocklot.example"


@pytest.fixture(autouse=True)
def _nobody_hears_of_jobs(asked, settings) -> None:
    """Jobs are called by the tests; links lead to a made-up site."""
    settings.SITE_URL = SITE
    settings.OPERATORS = []


@pytest.fixture
def slack(settings) -> Iterator[Service]:
    """Return a server that plays Slack."""
    with Service() as server:
        server.answer(body=slack_says)
        settings.SLACK_API_URL = f"{server.url}/api"
        yield server


@pytest.fixture
def twilio(settings) -> Iterator[Service]:
    """Return a server that plays Twilio."""
    with Service() as server:
        server.answer(201, twilio_says)
        settings.TWILIO_API_URL = server.url
        yield server


@pytest.fixture
def receiver() -> Iterator[Service]:
    """Return a server that somebody's webhook leads to."""
    with Service() as server:
        yield server


@pytest.fixture
def slack_app(workspace) -> Account:
    return Account.objects.create(
        workspace=workspace,
        kind=AccountKind.SLACK,
        name="Ops bot",
        token=seal("xoxb-token"),
        signing_secret=seal("slack-secret"),
    )


@pytest.fixture
def twilio_account(workspace) -> Account:
    return Account.objects.create(
        workspace=workspace,
        kind=AccountKind.TWILIO,
        name="Calls",
        sid="AC" + "0" * 32,
        number="+81300000000",
        token=seal("twilio-token"),
    )


@pytest.fixture
def make_channel(workspace) -> Callable[..., Channel]:
    """Return a function that stores a proved channel."""

    def make(kind: str, address: str, **values: Any) -> Channel:
        known = {"workspace": workspace, "name": f"{kind} {address}", "verified": timezone.now()}
        return Channel.objects.create(kind=kind, address=address, **(known | values))

    return make


@pytest.fixture
def chain(workspace, make_channel, slack_app, twilio_account) -> Chain:
    """Return a chain: Anna by phone, then Ben by Slack; it gives up after both."""
    made = Chain.objects.create(workspace=workspace, name="Nights", at_end="give_up")
    ways = {
        "Anna": (ChannelKind.PHONE, "+819011111111", twilio_account),
        "Ben": (ChannelKind.SLACK, "U0BEN", slack_app),
    }
    for position, (name, (kind, address, account)) in enumerate(ways.items()):
        person = Person.objects.create(workspace=workspace, name=name)
        make_channel(kind, address, person=person, account=account)
        ChainTurn.objects.create(chain=made, person=person, position=position)
    return made


@pytest.fixture
def watch(workspace, chain) -> Watch:
    """Return a watch on everything, which rings the chain."""
    return Watch.objects.create(workspace=workspace, name="All lots", chain=chain)


@pytest.fixture
def rule(watch) -> Rule:
    return Rule.objects.create(watch=watch, kind="silent", limit=60.0)


@pytest.fixture
def trouble(run, rule, workspace) -> incidents.Trouble:
    """Return what the rule finds wrong with the run."""
    return incidents.Trouble(
        subject=f"run:{run.code}",
        subject_name=run.name,
        key=str(rule.code),
        kind="silent",
        words="Nothing has been sent for 61 s.",
        workspace=workspace,
        rule=rule,
        run=run,
    )


@pytest.fixture
def clock() -> SimpleNamespace:
    """Return our clock: ``now``, ``after(s)``, and ``wait(s)``, which lets the ticks happen."""
    began = timezone.now()

    def after(seconds: float) -> datetime:
        return began + timedelta(seconds=seconds)

    made = SimpleNamespace(now=began, after=after)

    def wait(seconds: float, *, step: float = 5.0) -> None:
        end = made.now + timedelta(seconds=seconds)
        escalation.climb_due(made.now)
        while made.now < end:
            made.now = min(end, made.now + timedelta(seconds=step))
            escalation.climb_due(made.now)

    made.wait = wait
    return made


@pytest.fixture
def incident(trouble, clock) -> Incident:
    """Return an open incident that has rung nobody yet."""
    made = incidents.open_incident(trouble, now=clock.now)
    assert made
    return made


def send_all(now: datetime | None = None) -> None:
    """Send every notice that is due, as the queue's worker would."""
    moment = now or timezone.now() + timedelta(seconds=1)
    for code in Attempt.objects.filter(sending.due(moment)).values_list("code", flat=True):
        sending.send(code, now=moment)


def rings(incident: Incident) -> list[tuple[str, int, int]]:
    """Return who was rung how often: (person, round, attempt), in order."""
    found = incident.attempts.filter(purpose="ring").order_by("id")
    return list(found.values_list("person", "round", "attempt"))
