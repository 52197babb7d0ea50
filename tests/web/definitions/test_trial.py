"""One mock that is tried for real, against an HTTP server and against a port where nobody is."""

import socket
from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.integration.runs.conftest import Receiver
from web.definitions import actions, trial_jobs, trials
from web.definitions.trials import CannotTry, Order
from web.platform import queues, redis, secrets
from web.targets import actions as targets
from web.targets.models import Target

FAST = """\
name: Fridge
id: "f-{index:03d}"
metrics:
  temperature: {constant: 4}
messages:
  telemetry:
    every: 20ms
    topic: "fridges/{id}"
    path: "/in/{id}"
    qos: 1
    json: {t: "{temperature:.1f}", n: "{seq}"}
"""
NOW = 2_999_232_000.0  # after all that is now


class Memory:
    """The few words of Redis that trials use, in a dict; ``lives`` are seconds by key."""

    def __init__(self):
        self.kept, self.lives = {}, {}

    def set(self, key, value, *, ex, nx=False):
        if nx and key in self.kept:
            return None
        self.kept[key], self.lives[key] = value, ex
        return True

    def get(self, key):
        return self.kept.get(key)

    def getdel(self, key):
        return self.kept.pop(key, None)

    def delete(self, key):
        self.kept.pop(key, None)


@pytest.fixture
def memory(monkeypatch):
    kept = Memory()
    monkeypatch.setattr(redis, "connection", lambda: kept)
    return kept


@pytest.fixture
def no_redis(monkeypatch):
    def refuse():
        raise redis.Unavailable[0]("no Redis here")

    monkeypatch.setattr(redis, "connection", refuse)


@pytest.fixture
def jobs(monkeypatch):
    """Return what was put into a queue: its name and the call."""
    asked = []
    monkeypatch.setattr(
        queues,
        "enqueue_on_commit",
        lambda name, function, *args, timeout: asked.append((name, function, args, timeout)),
    )
    return asked


@pytest.fixture
def patient(monkeypatch):
    """On a slow machine too the mock sends all, and comes to its end."""
    monkeypatch.setattr(trials, "MOST_DURATION", 60.0)
    monkeypatch.setattr(trial_jobs, "MOST_SECONDS", 120.0)


@pytest.fixture
def closed_port():
    """Return a port that nobody listens at, nor can."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def receiver():
    server = Receiver()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def make_target(workspace, owner):
    def make(**changes):
        values = {"name": "Backend", "protocol": "http", "host": "127.0.0.1", "port": 80}
        stored = Target(workspace=workspace, **(values | changes))
        return targets.save_target(stored, token="s3cret-token", by=owner)

    return make


@pytest.fixture
def address(definition):
    return reverse("definitions:try", args=[definition.workspace.code, definition.code])


def work(jobs):
    [(_, function, args, _)] = jobs
    function(*args)


def ordered(definition, target, *, text=FAST):
    order = Order(
        workspace=definition.workspace_id,
        definition=definition.id,
        target=target.id,
        text=text,
        seed=1,
    )
    return trials.ask(definition, order, target="T", address="a", source="version 1", now=NOW)


def test_a_mock_is_tried_and_its_first_messages_are_shown(
    client_of, teammate, memory, jobs, make_target, receiver, address, patient
):
    client, target = client_of(teammate), make_target(port=receiver.port, path="/in")

    begun = client.post(address, {"target": target.code, "text": FAST})
    waiting = client.get(begun.url, headers={"HX-Request": "true"}).content.decode()
    work(jobs)
    done = client.get(begun.url).content.decode()

    assert "Waiting for a worker" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert "every 1s" not in done
    assert done.count("Acknowledged") == trials.MOST_SENDS
    assert "The text that is not saved on Backend" in done
    assert "&quot;t&quot;: 4.0" in done
    assert "/in/f-000" in done
    assert len(receiver.received) < 1_000  # of the 3,000 of its time
    assert "s3cret-token" not in done + str(memory.kept)


def test_the_job_is_short_and_the_results_life_too(
    client_of, owner, memory, jobs, make_target, address, definition
):
    client_of(owner).post(address, {"target": make_target().code})

    [(queue, function, (_, code), timeout)] = jobs
    assert (queue, function, timeout) == ("reports", trial_jobs.run_trial, 30)
    assert set(memory.lives.values()) == {59, 60, 600}
    assert trials.kept(definition.code, code, now=0).source == "version 1"


def test_what_a_server_refuses_is_told(memory, definition, make_target, receiver, patient):
    receiver.status = "503 Service Unavailable"
    trial = ordered(definition, make_target(port=receiver.port, path="/in"))

    trial_jobs.run_trial(str(definition.code), trial.code)

    told = trials.kept(definition.code, trial.code, now=NOW)
    sends = [event for event in told.events if event.message == "telemetry"]
    assert told.state == "done"
    assert all("503" in event.reason and event.state == "failed" for event in sends)
    assert len(sends) == trials.MOST_SENDS


def test_a_target_that_is_not_there_is_told_with_its_reason(
    memory, definition, make_target, client_of, owner, closed_port, patient, monkeypatch
):
    see = trial_jobs.Attempt.see

    def seen(attempt, snapshot):
        see(attempt, snapshot)
        if attempt.trial.reason:  # it knows; there is nothing more to wait for
            attempt.trial = replace(attempt.trial, sends=trials.MOST_SENDS)

    monkeypatch.setattr(trial_jobs.Attempt, "see", seen)
    trial = ordered(definition, make_target(protocol="mqtt", port=closed_port))

    trial_jobs.run_trial(str(definition.code), trial.code)

    args = [definition.workspace.code, definition.code, trial.code]
    page = client_of(owner).get(reverse("definitions:trial", args=args)).content.decode()
    assert "Not connected" in page
    assert "onnection refused" in page
    assert "Nothing was sent" in page


def test_a_trial_that_was_taken_or_waited_too_long_is_not_run(memory, definition, make_target):
    trial = ordered(definition, make_target())
    assert trials.take(trial.code) is not None

    trial_jobs.run_trial(str(definition.code), trial.code)

    assert trials.kept(definition.code, trial.code, now=NOW).state == "waiting"
    late = trials.kept(definition.code, trial.code, now=NOW + trials.WAITS + 1)
    assert (late.state, late.problem) == ("failed", trials.NOT_TAKEN)


def test_a_workspace_has_one_trial_at_a_time(memory, definition, make_target):
    target = make_target()
    ordered(definition, target)

    with pytest.raises(CannotTry, match="one at a time"):
        ordered(definition, target)

    trials.give_back(definition.workspace_id)
    assert ordered(definition, target).is_live


def test_secrets_that_cannot_be_opened_are_a_sentence(memory, definition, make_target, monkeypatch):
    trial = ordered(definition, make_target())

    def broken(sealed):
        raise secrets.SealBroken("no key")

    monkeypatch.setattr(secrets, "unseal", broken)
    trial_jobs.run_trial(str(definition.code), trial.code)

    told = trials.kept(definition.code, trial.code, now=NOW)
    assert (told.state, told.problem) == ("failed", trial_jobs.SEALED)
    assert ordered(definition, make_target(name="Other")).is_live


def test_a_result_that_is_too_large_loses_its_payloads(memory, definition, make_target):
    trial = ordered(definition, make_target())
    event = trials.Event(at=NOW, label="Sent", state="ok", text="x" * trials.MOST_BYTES)

    trials.keep(definition.code, trials.replace(trial, events=(event,)))

    [stored] = trials.kept(definition.code, trial.code, now=NOW).events
    assert (stored.text, stored.is_cut) == ("", True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"target": ""}, "Choose one"),
        ({"target": str(uuid4())}, "Choose one"),
        ({"text": FAST.replace("{temperature", "{temprature")}, "The document has an error"),
        ({"text": FAST.replace("qos: 1", "correlation: x").replace("20ms", "1s")}, "It cannot run"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_a_sentence(
    client_of, owner, memory, jobs, make_target, address, changes, told
):
    target = make_target(protocol="mqtt")

    answer = client_of(owner).post(address, {"target": target.code, "text": FAST} | changes)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert jobs == []
    assert memory.kept == {}


def test_without_redis_there_is_a_sentence(
    client_of, owner, no_redis, jobs, make_target, address, definition
):
    client = client_of(owner)

    asked = client.post(address, {"target": make_target().code})
    looked = client.get(f"{address}{uuid4()}/", headers={"HX-Request": "true"})

    assert (asked.status_code, looked.status_code) == (422, 200)
    assert "Redis does not answer" in asked.content.decode()
    assert "Redis does not answer" in looked.content.decode()
    assert jobs == []
    trial_jobs.run_trial(str(definition.code), str(uuid4()))


def test_a_trial_belongs_to_its_definition_and_is_forgotten_elsewhere(
    client_of, owner, memory, definition, make_target, sound
):
    trial = ordered(definition, make_target())
    other = actions.create_definition(
        definition.workspace, text=sound.replace("Fridge", "Oven"), by=owner
    )
    args = [definition.workspace.code, other.code, trial.code]

    page = client_of(owner).get(reverse("definitions:trial", args=args)).content.decode()

    assert "not kept any more" in page


def test_only_editors_try(client_of, viewer, stranger, memory, address, definition):
    editor = definition.get_absolute_url()

    assert client_of(viewer).get(address).status_code == 403
    assert client_of(viewer).post(address).status_code == 403
    assert client_of(stranger).post(address).status_code == 404
    assert "Try it for real" not in client_of(viewer).get(editor).content.decode()


def test_the_editors_page_offers_it_with_its_text(client_of, teammate, make_target, definition):
    make_target()

    page = client_of(teammate).get(definition.get_absolute_url()).content.decode()

    assert "Try one mock" in page
    assert "Backend, http://127.0.0.1:80" in page
    assert "#definition-form [name=text]" in page


def test_what_the_service_of_the_targets_profile_would_not_take_is_told_before(
    client_of, owner, memory, jobs, make_target, address
):
    target = make_target(protocol="mqtt", profile="aws")
    text = FAST.replace("qos: 1", "qos: 2").replace("fridges/{id}", "a/b/c/d/e/f/g/h/{id}")

    answer = client_of(owner).post(address, {"target": target.code, "text": text})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "messages.telemetry.qos: the service takes QoS 0 to 1, got 2" in page
    assert "the service takes 7 slashes in a topic, got 8" in page
    assert jobs == []
