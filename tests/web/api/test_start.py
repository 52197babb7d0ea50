"""Runs through the API: started once, looked at, paused, ended."""

from tests.web.api.conftest import is_problem
from web.api.models import Start
from web.runs.models import Run


def test_a_lot_is_started(program, lot, object_store, asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        told = program.post("runs", {"lot": str(lot.code)})

    assert (told["state"], told["mocks"], told["is_live"]) == ("queued", 20, True)
    assert Run.objects.get().code.hex == told["code"].replace("-", "")
    assert asked == ["run_tower"]


def test_the_same_key_starts_one_run(program, lot, object_store, asked):
    first = program.ask("POST", "runs", {"lot": str(lot.code)}, Idempotency_Key="build 7")
    again = program.ask("POST", "runs", {"lot": str(lot.code)}, Idempotency_Key="build 7")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["code"] == again.json()["code"]
    assert Run.objects.count() == 1


def test_each_start_without_a_key_is_one_of_its_own(program, lot, object_store, asked):
    body = {"lot": str(lot.code), "beside_rivals": True}

    statuses = [program.ask("POST", "runs", body).status_code for _ in range(2)]

    assert statuses == [201, 201]
    assert (Run.objects.count(), Start.objects.count()) == (2, 0)


def test_a_key_that_was_used_for_something_else_starts_nothing(
    program, lot, make_lot, object_store, asked
):
    other = make_lot(name="Day shift")
    program.post("runs", {"lot": str(lot.code)}, Idempotency_Key="build 7")

    for body in ({"lot": str(other.code)}, {"lot": str(lot.code), "longest": 5}):
        answer = program.ask("POST", "runs", body, Idempotency_Key="build 7")
        assert is_problem(answer, "invalid")
        [error] = answer.json()["errors"]
        assert (error["in"], error["pointer"]) == ("header", "/Idempotency-Key")

    assert Run.objects.count() == 1


def test_a_start_that_failed_does_not_use_up_its_key(program, lot, target, object_store, asked):
    host, target.host = target.host, "169.254.169.254"
    target.save(update_fields=["host"])
    refused = program.ask("POST", "runs", {"lot": str(lot.code)}, Idempotency_Key="build 7")
    target.host = host
    target.save(update_fields=["host"])

    again = program.ask("POST", "runs", {"lot": str(lot.code)}, Idempotency_Key="build 7")

    assert is_problem(refused, "conflict")
    assert again.status_code == 201
