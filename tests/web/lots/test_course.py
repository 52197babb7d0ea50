from datetime import timedelta

import pytest

from web.lots.course import course_of, drawn

pytestmark = pytest.mark.django_db
STAGES = "pace: {stages: [{until: 20s, mocks: 20}, {until: 40s}, {until: 1min, mocks: 25%}]}"


def test_the_page_of_a_lot_draws_its_stages(make_lot, owner, client_of):
    lot = make_lot(options=STAGES)

    words = client_of(owner).get(lot.get_absolute_url()).content.decode()

    assert "Mocks over time" in words
    assert "20 from 20s to 40s, 5 at 1min" in words


def test_a_ramp_is_drawn_up_to_the_end_of_the_lot(make_lot):
    course = course_of(make_lot(ramp=timedelta(seconds=15)))

    assert (course.peak, course.told) == (20, "20 from 15s to 1min")
    assert course.line == "M0.0 72.0L150.0 2.0L600.0 2.0"


def test_steps_are_drawn_as_steps(make_lot):
    steps = "pace: {ramp: {steps: [{after: 0s, mocks: 50%}, {after: 30s, mocks: 20}]}}"

    course = course_of(make_lot(options=steps))

    assert course.line == "M0.0 37.0L300.0 37.0L300.0 2.0L600.0 2.0"


def test_nothing_is_drawn_where_all_are_on_at_once_or_the_words_are_wrong(make_lot):
    assert course_of(make_lot()) is None
    assert course_of(make_lot(options="pace: {stages: 7}")) is None


def test_many_corners_are_told_in_short():
    course = drawn([(float(t), t) for t in range(100)])

    assert course.told.startswith("1 at 1s, 2 at 2s")
    assert course.told.endswith("11 at 11s, …, 99 at 1min 39s")


def test_a_lot_form_tells_what_is_wrong_with_stages_at_its_place(make_lot, owner, client_of):
    lot = make_lot()
    part = lot.parts.get()
    data = {
        "name": lot.name,
        "target": lot.target.pk,
        "duration": "1min",
        "options": "pace: {stages: [{until: 2min, mocks: 20}]}",
        "parts-TOTAL_FORMS": "1",
        "parts-INITIAL_FORMS": "0",
        "parts-0-definition": part.definition_id,
        "parts-0-count": "20",
        "save": "1",
    }

    answer = client_of(owner).post(f"{lot.get_absolute_url()}edit/", data)

    assert answer.status_code == 422
    assert "must end within the run&#x27;s 60 s, got 120 s" in answer.content.decode()
