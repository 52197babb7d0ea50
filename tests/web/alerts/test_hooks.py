"""What Slack and Twilio tell us: three ways to acknowledge, and every signature that is refused."""

import time
from types import SimpleNamespace
from urllib.parse import urlencode

import orjson
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from slack_sdk.signature import Clock, SignatureVerifier
from twilio.request_validator import RequestValidator

from tests.web.alerts.conftest import SITE, send_all
from web.alerts import access, escalation, hook_views
from web.alerts.models import Account, Attempt, Incident, IncidentState
from web.platform.secrets import seal

# Slack's own example, "Verifying requests from Slack".
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SLACK_STAMP = "1531420618"
SLACK_BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
    "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def pressed(incident, **changes):
    """Return the body that Slack posts when somebody presses the button."""
    action = {
        "type": "button",
        "action_id": "acknowledge",
        "block_id": "b",
        "value": str(incident.code),
        "action_ts": "1700000001.1",
    }
    payload = {
        "type": "block_actions",
        "user": {"id": "U0BEN", "username": "ben", "name": "ben", "team_id": "T0"},
        "api_app_id": "A0",
        "container": {"type": "message", "message_ts": "1700000000.000100", "channel_id": "C0OPS"},
        "team": {"id": "T0", "domain": "x"},
        "channel": {"id": "C0OPS", "name": "ops"},
        "response_url": "https://hooks.slack.example/actions/T0/1/x",
        "actions": [action],
    }
    return urlencode({"payload": orjson.dumps(payload | changes).decode()})


def post_to_slack_hook(account, body, *, secret="slack-secret", stamp=None, **headers):
    stamp = stamp or str(int(time.time()))
    known = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": SignatureVerifier(secret).generate_signature(
            timestamp=stamp, body=body
        ),
    }
    return Client().post(
        f"/hooks/slack/{account}/",
        body,
        content_type="application/x-www-form-urlencoded",
        headers=known | headers,
    )


def state_of(incident):
    return Incident.objects.get(id=incident.id).state


# Slack.


def test_slacks_own_example_has_a_good_signature():
    clock = Clock()
    clock.now = lambda: float(SLACK_STAMP)

    verifier = SignatureVerifier(SLACK_SECRET, clock)

    assert verifier.is_valid(SLACK_BODY, SLACK_STAMP, SLACK_SIGNATURE)


def test_a_button_in_slack_acknowledges(incident, slack_app):
    answer = post_to_slack_hook(slack_app.code, pressed(incident))

    assert (answer.status_code, answer.content) == (200, b"")
    incident.refresh_from_db()
    assert incident.state == IncidentState.ACKNOWLEDGED
    assert incident.acknowledged_by == "ben in Slack"


def test_slack_is_answered_without_a_call_to_anybody(incident, slack_app, slack, asked):
    post_to_slack_hook(slack_app.code, pressed(incident))

    assert slack.requests == []


def test_a_button_that_is_pressed_twice_acknowledges_once(incident, slack_app):
    for _ in range(2):
        assert post_to_slack_hook(slack_app.code, pressed(incident)).status_code == 200

    assert incident.entries.filter(kind="acknowledged").count() == 1


@pytest.mark.parametrize(
    ("how", "headers"),
    [
        ({"secret": "another-secret"}, {}),
        ({"stamp": "1531420618"}, {}),
        ({"stamp": "9999999999"}, {}),  # 2286
        ({}, {"X-Slack-Request-Timestamp": "soon"}),
        ({}, {"X-Slack-Request-Timestamp": "9" * 30}),
        ({}, {"X-Slack-Signature": ""}),
        ({}, {"X-Slack-Signature": "v0=" + "0" * 64}),
        ({}, {"X-Slack-Signature": "grün"}),
    ],
)
def test_a_forged_or_old_signature_of_slack_is_refused(incident, slack_app, how, headers):
    answer = post_to_slack_hook(slack_app.code, pressed(incident), **how, **headers)

    assert answer.status_code == 403
    assert state_of(incident) == IncidentState.OPEN


def test_a_signature_of_another_body_is_refused(incident, slack_app):
    stamp = str(int(time.time()))
    good = SignatureVerifier("slack-secret").generate_signature(
        timestamp=stamp, body=pressed(incident, type="view_closed")
    )

    answer = post_to_slack_hook(
        slack_app.code, pressed(incident), stamp=stamp, **{"X-Slack-Signature": good}
    )

    assert answer.status_code == 403


def test_a_replayed_press_is_refused_once_it_is_five_minutes_old(incident, slack_app):
    stamp = str(int(time.time()) - 301)

    assert post_to_slack_hook(slack_app.code, pressed(incident), stamp=stamp).status_code == 403


def test_an_app_of_another_workspace_acknowledges_nothing_here(incident, stranger):
    other = Account.objects.create(
        workspace=stranger.memberships.get().workspace,
        kind="slack",
        name="Theirs",
        token=seal("t"),
        signing_secret=seal("slack-secret"),
    )

    assert post_to_slack_hook(other.code, pressed(incident)).status_code == 200
    assert state_of(incident) == IncidentState.OPEN


@pytest.mark.parametrize("account", ["service", "00000000-0000-0000-0000-000000000000"])
def test_an_account_without_a_secret_believes_nobody(incident, settings, account):
    settings.OPERATOR_SLACK_SIGNING_SECRET = ""

    assert post_to_slack_hook(account, pressed(incident), secret="x").status_code == 403


def test_the_operators_app_acknowledges_incidents_of_the_service_alone(incident, settings):
    settings.OPERATOR_SLACK_SIGNING_SECRET = "ops-secret"
    own = Incident.objects.create(subject="service:x", subject_name="x", key="k", kind="queue")

    for each in (incident, own):
        answer = post_to_slack_hook("service", pressed(each), secret="ops-secret")
        assert answer.status_code == 200

    assert state_of(incident) == IncidentState.OPEN
    assert state_of(own) == IncidentState.ACKNOWLEDGED


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "no json",
        "[]",
        '{"type": "view_submission"}',
        '{"type": "block_actions", "actions": [{"action_id": "open"}], "user": {"id": "U"}}',
        '{"type": "block_actions", "actions": [{"action_id": "acknowledge", "value": "x"}],'
        ' "user": {"id": "U"}}',
    ],
)
def test_what_is_no_press_of_the_button_changes_nothing(incident, slack_app, payload):
    answer = post_to_slack_hook(slack_app.code, urlencode({"payload": payload}))

    assert answer.status_code == 200
    assert state_of(incident) == IncidentState.OPEN


def test_a_body_that_is_too_large_is_refused(slack_app, incident, monkeypatch):
    monkeypatch.setattr(hook_views, "MOST_BODY", 10)

    assert post_to_slack_hook(slack_app.code, pressed(incident)).status_code == 413


# Twilio.


def test_twilios_scheme_is_as_others_found_it():
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "From": "+12349013030",
        "To": "+18005551212",
        "Caller": "+12349013030",
        "Digits": "1234",
    }

    assert RequestValidator("12345").compute_signature(url, form) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.fixture
def call(incident, twilio, clock):
    """Return the attempt of a call that Twilio has been asked to make."""
    escalation.climb_due(clock.now)
    send_all()
    return incident.attempts.get(kind="phone")


def twilio_posts(call, step, form=None, *, token="twilio-token", account=None, signed=None):
    account = account or call.channel.account.code
    path = reverse(f"phone_{step}", args=[account, call.code])
    form = {"CallSid": call.reference, "CallStatus": "in-progress"} | (form or {})
    signature = RequestValidator(token).compute_signature(SITE + path, signed or form)
    return Client().post(path, form, headers={"X-Twilio-Signature": signature})


def test_a_call_says_what_is_wrong_and_waits_for_one_key(call):
    answer = twilio_posts(call, "say")

    said = answer.content.decode()
    assert answer["Content-Type"].startswith("text/xml")
    assert "Mocklot rings Anna. Nothing sent: Night shift." in said
    assert 'numDigits="1"' in said
    assert f"/hooks/phone/{call.channel.account.code}/{call.code}/key/" in said


def test_an_answered_call_is_no_acknowledgement(call, incident, clock):
    twilio_posts(call, "say")
    twilio_posts(call, "status", {"CallStatus": "completed"})

    assert state_of(incident) == IncidentState.OPEN
    assert Attempt.objects.get(id=call.id).progress == "completed"
    clock.wait(61)
    assert incident.attempts.filter(purpose="ring").count() == 2


def test_a_key_press_acknowledges(call, incident):
    answer = twilio_posts(call, "key", {"Digits": "1"})

    incident.refresh_from_db()
    assert "It is yours" in answer.content.decode()
    assert incident.acknowledged_by == "Anna by a key press"
    twilio_posts(call, "status", {"CallStatus": "completed"})
    assert Attempt.objects.get(id=call.id).progress == "key pressed"


@pytest.mark.parametrize("digits", ["", "2", "11", "*"])
def test_another_key_has_it_said_again(call, incident, digits):
    answer = twilio_posts(call, "key", {"Digits": digits})

    assert "Press 1 to acknowledge" in answer.content.decode()
    assert state_of(incident) == IncidentState.OPEN


def test_a_key_press_that_comes_late_says_so(call, incident):
    twilio_posts(call, "key", {"Digits": "1"})

    assert "had been acknowledged" in twilio_posts(call, "key", {"Digits": "1"}).content.decode()
    assert incident.entries.filter(kind="acknowledged").count() == 1


@pytest.mark.parametrize("step", ["say", "key", "status"])
@pytest.mark.parametrize(
    "how",
    [
        {"token": "another-token"},
        {"signed": {"CallSid": "CA1", "Digits": "2"}},
    ],
)
def test_a_forged_signature_of_twilio_is_refused(call, incident, step, how):
    answer = twilio_posts(call, step, {"Digits": "1"}, **how)

    assert answer.status_code == 403
    assert state_of(incident) == IncidentState.OPEN


def test_a_signature_of_one_address_is_refused_at_another(call, incident):
    path = reverse("phone_key", args=[call.channel.account.code, call.code])
    form = {"CallSid": call.reference, "Digits": "1"}
    other = SITE + path.replace("/key/", "/say/")
    signature = RequestValidator("twilio-token").compute_signature(other, form)

    answer = Client().post(path, form, headers={"X-Twilio-Signature": signature})

    assert answer.status_code == 403


def test_a_key_press_of_another_call_is_refused(call, incident):
    answer = twilio_posts(call, "key", {"CallSid": "CA" + "f" * 32, "Digits": "1"})

    assert answer.status_code == 404
    assert state_of(incident) == IncidentState.OPEN


def test_a_key_press_of_an_old_call_is_refused(call, incident):
    Attempt.objects.filter(id=call.id).update(created=timezone.now() - access.CALL_LIFE)

    assert twilio_posts(call, "key", {"Digits": "1"}).status_code == 404
    assert state_of(incident) == IncidentState.OPEN


def test_an_account_of_another_workspace_cannot_answer_a_call(call, incident, stranger):
    other = Account.objects.create(
        workspace=stranger.memberships.get().workspace,
        kind="twilio",
        name="Theirs",
        token=seal("their-token"),
    )

    answer = twilio_posts(call, "key", {"Digits": "1"}, token="their-token", account=other.code)

    assert answer.status_code == 404
    assert state_of(incident) == IncidentState.OPEN


def test_what_twilio_says_of_a_call_is_kept_only_where_it_is_a_known_word(call):
    twilio_posts(call, "status", {"CallStatus": "busy"})
    twilio_posts(call, "status", {"CallStatus": "<script>"})

    assert Attempt.objects.get(id=call.id).progress == "busy"


@pytest.mark.parametrize("path", ["slack/service/", "phone/service/{code}/say/"])
def test_hooks_are_posted_to(path, call):
    assert Client().get(f"/hooks/{path.format(code=call.code)}").status_code == 405


def test_every_way_to_acknowledge_ends_the_ringing(call, incident, slack_app, client_of, owner):
    ways = SimpleNamespace(
        page=lambda: client_of(owner).post(
            reverse("alerts:acknowledge", args=[incident.workspace.code, incident.code])
        ),
        chat=lambda: post_to_slack_hook(slack_app.code, pressed(incident)),
        phone=lambda: twilio_posts(call, "key", {"Digits": "1"}),
    )
    for name, way in vars(ways).items():
        Incident.objects.filter(id=incident.id).update(
            state="open", ring_at=incident.opened, acknowledged_by=""
        )

        way()

        incident.refresh_from_db()
        assert (incident.state, incident.ring_at) == ("acknowledged", None), name
