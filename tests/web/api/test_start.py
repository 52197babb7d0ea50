"""Runs through the API: started once, looked at, paused, ended."""

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
