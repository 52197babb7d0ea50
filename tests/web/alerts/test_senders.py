"""Each way to tell somebody, against a small server that plays the other end."""

import hmac
from hashlib import sha256

import pytest

from tests.web.alerts.conftest import SITE, send_all
from web.alerts import escalation, incidents, notices, sending
from web.alerts.letters import letter_of
from web.alerts.models import Attempt, AttemptState, Channel, ChannelKind, Purpose
from web.mail.models import Mail
from web.platform.secrets import seal


@pytest.fixture
def webhook(make_channel, watch, receiver):
    """Return a webhook of the watch, with its secret."""
    channel = make_channel(
        "webhook",
        "127.0.0.1",
        secret_address=seal(f"{receiver.url}/in"),
        secret=seal("a long enough secret"),
    )
    watch.channels.add(channel)
    return channel


@pytest.fixture
def slack_channel(make_channel, watch, slack_app):
    """Return a Slack channel of the watch."""
    channel = make_channel("slack", "C0OPS", account=slack_app)
    watch.channels.add(channel)
    return channel


def test_a_webhook_gets_json_that_its_secret_signed(webhook, incident, receiver):
    send_all()

    [request] = receiver.requests
    attempt = incident.attempts.get(kind="webhook")
    stamp, _, signature = request.headers["mocklot-signature"].partition(",")
    signed = f"{stamp.removeprefix('t=')}.".encode() + request.body
    expected = hmac.new(b"a long enough secret", signed, sha256).hexdigest()
    assert signature == f"v1={expected}"
    assert request.headers["mocklot-delivery"] == str(attempt.code)
    assert request.json["event"] == "incident.opened"
    told = request.json["incident"]
    assert (told["state"], told["kind"]) == ("open", "silent")
    assert told["url"] == SITE + incident.get_absolute_url()
    assert attempt.state == AttemptState.SENT
    assert attempt.result == "200 OK"


@pytest.mark.parametrize(
    ("status", "headers", "state"),
    [
        (500, {}, AttemptState.WAITING),
        (503, {"Retry_After": "120"}, AttemptState.WAITING),
        (429, {"Retry_After": "120"}, AttemptState.WAITING),
        (302, {"Location": "http://127.0.0.1:1/"}, AttemptState.FAILED),
        (404, {}, AttemptState.FAILED),
        (410, {}, AttemptState.FAILED),
        (204, {}, AttemptState.SENT),
    ],
)
def test_a_webhook_is_tried_again_only_where_that_may_help(
    webhook, incident, receiver, status, headers, state
):
    receiver.answer(status, **headers)
    moment = incident.opened

    send_all(moment)

    attempt = incident.attempts.get(kind="webhook")
    assert attempt.state == state
    assert str(status) in attempt.result
    if "Retry_After" in headers:
        assert (attempt.next_at - moment).total_seconds() >= 120


def test_a_notice_is_given_up_after_its_last_try(webhook, incident, receiver):
    receiver.answer(500)
    moment = incident.opened

    for _ in range(sending.MOST_TRIES + 2):
        send_all(moment)
        moment = Attempt.objects.get(kind="webhook").next_at

    assert len(receiver.requests) == sending.MOST_TRIES
    assert incident.attempts.get(kind="webhook").state == AttemptState.FAILED


def test_nobody_at_the_other_end_is_said_and_tried_again(webhook, incident):
    Channel.objects.filter(id=webhook.id).update(secret_address=seal("http://127.0.0.1:1/in"))

    send_all()

    attempt = incident.attempts.get(kind="webhook")
    assert (attempt.state, attempt.result) == ("waiting", "127.0.0.1:1 refuses connections.")


def test_no_notice_goes_to_where_a_cloud_keeps_its_secrets(webhook, incident):
    address = seal("http://169.254.169.254/latest/meta-data/")
    Channel.objects.filter(id=webhook.id).update(secret_address=address)

    send_all()

    attempt = incident.attempts.get(kind="webhook")
    assert attempt.state == AttemptState.FAILED
    assert "169.254.169.254" in attempt.result


def test_two_workers_send_a_notice_once(webhook, incident, receiver, clock):
    code = incident.attempts.get(kind="webhook").code

    assert sending.claim(code, now=clock.now)
    assert sending.claim(code, now=clock.now) is None
    sending.send(code, now=clock.now)

    assert receiver.requests == []


def test_a_slack_channel_gets_a_message_with_a_button(slack_channel, incident, slack):
    send_all()

    [request] = slack.requests
    [answer, page] = request.json["blocks"][-1]["elements"]
    assert request.path == "/api/chat.postMessage"
    assert request.headers["authorization"] == "Bearer xoxb-token"
    assert request.json["channel"] == "C0OPS"
    assert (answer["action_id"], answer["value"]) == ("acknowledge", str(incident.code))
    assert page["url"] == SITE + incident.get_absolute_url()
    assert incident.attempts.get(kind="slack").reference == "C0OPS 1700000000.000100"


def test_a_name_cannot_call_a_whole_slack_channel(slack_channel, trouble, run, slack, clock):
    evil = {name: getattr(trouble, name) for name in trouble.__dataclass_fields__}
    incidents.open_incident(
        incidents.Trouble(**(evil | {"subject_name": "<!channel> & co"})), now=clock.now
    )

    send_all()

    body = slack.requests[0].body.decode()
    assert "<!channel>" not in body
    assert "&lt;!channel&gt; &amp; co" in body


def test_a_slack_message_is_brought_up_to_date_and_loses_its_button(slack_channel, incident, slack):
    send_all()

    incidents.acknowledge(incident, who="Olga", how="on the page")
    send_all()

    post, update = slack.requests
    assert update.path == "/api/chat.update"
    assert (update.json["channel"], update.json["ts"]) == ("C0OPS", "1700000000.000100")
    assert "Acknowledged by: Olga on the page" in update.body.decode()
    assert [each["action_id"] for each in update.json["blocks"][-1]["elements"]] == ["open"]
    assert post.path == "/api/chat.postMessage"


@pytest.mark.parametrize(
    ("status", "body", "headers", "state", "words"),
    [
        (200, {"ok": False, "error": "channel_not_found"}, {}, "failed", "channel_not_found"),
        (200, {"ok": False, "error": "invalid_auth"}, {}, "failed", "invalid_auth"),
        (429, {"ok": False, "error": "ratelimited"}, {"Retry_After": "90"}, "waiting", "rate"),
        (503, b"down", {}, "waiting", "503"),
    ],
)
def test_what_slack_refuses_is_said_by_its_own_word(
    slack_channel, incident, slack, status, body, headers, state, words
):
    slack.answer(status, body, **headers)
    moment = incident.opened

    send_all(moment)

    attempt = incident.attempts.get(kind="slack")
    assert attempt.state == state
    assert words in attempt.result
    assert "xoxb" not in attempt.result
    if "Retry_After" in headers:
        assert (attempt.next_at - moment).total_seconds() >= 90


def test_an_incoming_webhook_of_slack_gets_the_message_without_an_answering_button(
    make_channel, watch, receiver, trouble, clock
):
    watch.channels.add(make_channel("slack_hook", "x", secret_address=seal(f"{receiver.url}/T/B")))
    incidents.open_incident(trouble, now=clock.now)

    send_all()

    [request] = receiver.requests
    assert [each["action_id"] for each in request.json["blocks"][-1]["elements"]] == ["open"]


def test_a_phone_rings_with_the_addresses_that_speak_and_take_the_key(incident, twilio, clock):
    escalation.climb_due(clock.now)
    send_all()

    [request] = twilio.requests
    call = incident.attempts.get(kind="phone")
    base = f"{SITE}/hooks/phone/{call.channel.account.code}/{call.code}"
    sid = "AC" + "0" * 32
    assert request.path == f"/2010-04-01/Accounts/{sid}/Calls.json"
    assert request.basic == f"{sid}:twilio-token"
    assert request.form["To"] == ["+819011111111"]
    assert request.form["From"] == ["+81300000000"]
    assert request.form["Url"] == [f"{base}/say/"]
    assert request.form["StatusCallback"] == [f"{base}/status/"]
    events = ["initiated", "ringing", "answered", "completed"]
    assert request.form["StatusCallbackEvent"] == events
    assert call.state == AttemptState.SENT
    assert call.reference.startswith("CA")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"code": 20003, "message": "Authenticate", "status": 401}, "401, code 20003"),
        (400, {"code": 21211, "message": "Invalid 'To'", "status": 400}, "400, code 21211"),
    ],
)
def test_what_twilio_refuses_is_said_and_not_tried_again(
    incident, twilio, clock, status, body, words
):
    twilio.answer(status, body)
    escalation.climb_due(clock.now)

    send_all()

    call = incident.attempts.get(kind="phone")
    assert call.state == AttemptState.FAILED
    assert words in call.result


def test_a_call_that_may_have_been_made_is_not_made_again(incident, twilio, clock):
    escalation.climb_due(clock.now)
    code = incident.attempts.get(kind="phone").code
    assert sending.claim(code, now=clock.now)  # its worker dies here

    sending.send(code, now=clock.now + sending.HOLD)

    call = incident.attempts.get(kind="phone")
    assert (call.state, call.result) == ("failed", sending.IN_DOUBT)
    assert twilio.requests == []


def test_nobody_is_rung_about_what_was_acknowledged_meanwhile(incident, twilio, clock):
    escalation.climb_due(clock.now)
    code = incident.attempts.get(kind="phone").code
    type(incident).objects.update(state="acknowledged")

    sending.send(code, now=clock.now)

    assert twilio.requests == []
    assert incident.attempts.get(kind="phone").state == AttemptState.SKIPPED


def test_a_mail_goes_to_the_outbox(make_channel, watch, trouble, clock):
    watch.channels.add(make_channel("mail", "ops@example.org"))
    incident = incidents.open_incident(trouble, now=clock.now)

    send_all()

    mail = Mail.objects.get(to="ops@example.org")
    assert mail.subject == "Nothing sent: Night shift"
    assert SITE + incident.get_absolute_url() in mail.text
    assert incident.attempts.get(kind="mail").reference == str(mail.code)


def test_a_test_that_arrives_proves_a_webhook(make_channel, receiver, clock):
    channel = make_channel(
        "webhook", "127.0.0.1", verified=None, secret_address=seal(f"{receiver.url}/in")
    )

    notices.send_test(channel, now=clock.now)
    send_all()

    channel.refresh_from_db()
    assert channel.verified
    assert receiver.requests[0].json["event"] == "test"


def test_a_channel_whose_secret_cannot_be_opened_says_so(webhook, incident):
    Channel.objects.filter(id=webhook.id).update(secret="gAAAAA")

    send_all()

    attempt = incident.attempts.get(kind="webhook")
    assert attempt.state == AttemptState.FAILED
    assert "cannot be opened" in attempt.result


def test_what_waited_for_too_long_is_told_no_more(webhook, incident, receiver):
    sending.queue_due(incident.opened + sending.LATEST * 2)

    attempt = incident.attempts.get(kind="webhook")
    assert (attempt.state, attempt.result) == ("failed", sending.TOO_LATE)


def test_while_redis_is_down_the_clock_sends_some_itself_and_a_probe_nothing(
    webhook, incident, receiver, no_queue, clock
):
    sending.queue_due(clock.now, may_send=False)
    assert receiver.requests == []

    sending.queue_due(clock.now)
    assert len(receiver.requests) == 1


def test_every_kind_of_channel_has_a_sender():
    for kind in ChannelKind:
        assert callable(sending.sender_of(kind))


def test_every_purpose_has_words(incident, clock):
    for purpose in Purpose:
        attempt = Attempt(incident=incident, purpose=purpose, kind="mail")
        assert letter_of(attempt).title
