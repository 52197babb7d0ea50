"""What the API forgets."""

from datetime import timedelta

from django.utils import timezone

from web.api import ticks
from web.api.models import LIFE, Start
from web.runs.models import Run


def test_a_key_is_remembered_for_a_day_and_then_free(program, lot, object_store, asked):
    body = {"lot": str(lot.code), "beside_rivals": True}
    program.post("runs", body, Idempotency_Key="build 7")
    made = Start.objects.get().created

    kept = ticks.forget(made + LIFE)
    gone = ticks.forget(made + LIFE + timedelta(microseconds=1))
    again = program.ask("POST", "runs", body, Idempotency_Key="build 7")

    assert (kept, gone) == (0, 1)
    assert again.status_code == 201
    assert Run.objects.count() == 2


def test_one_tick_forgets_the_oldest_and_leaves_the_rest(
    program, lot, object_store, asked, monkeypatch
):
    body = {"lot": str(lot.code), "beside_rivals": True}
    for number in range(3):
        program.post("runs", body, Idempotency_Key=f"build {number}")
    runs = [start.run_id for start in Start.objects.order_by("created")]
    monkeypatch.setattr(ticks, "MOST", 2)

    assert ticks.forget(timezone.now() + LIFE) == 2

    assert [start.run_id for start in Start.objects.all()] == runs[2:]
