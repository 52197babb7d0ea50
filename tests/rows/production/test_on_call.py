"""Rows of being on call: who is rung, for how long, and what ends it."""

from tests.web.alerts.conftest import rings, send_all
from tests.web.alerts.test_hooks import post_to_slack_hook, pressed, twilio_posts
from web.alerts.models import Incident


def calls_of(incident):
    return incident.attempts.filter(kind="phone").exclude(reference="")


def test_hanging_up_does_not_help_and_after_five_calls_it_goes_to_the_next_person(
    incident, clock, twilio, slack
):
    for _ in range(5):
        clock.wait(1 if not rings(incident) else 60)
        send_all(clock.now)
        twilio_posts(calls_of(incident).latest("id"), "say")
        twilio_posts(calls_of(incident).latest("id"), "status", {"CallStatus": "completed"})
    assert rings(incident) == [("Anna", 1, attempt) for attempt in range(1, 6)]

    clock.wait(60)

    assert rings(incident)[5:] == [("Ben", 1, 1)]
    assert Incident.objects.get().state == "open"


def test_it_rings_until_somebody_answers_in_the_chat(incident, clock, slack_app):
    clock.wait(125)
    before = rings(incident)
    assert len(before) == 3

    post_to_slack_hook(slack_app.code, pressed(incident))
    clock.wait(600)

    assert rings(incident) == before
    assert Incident.objects.get().acknowledged_by == "ben in Slack"
