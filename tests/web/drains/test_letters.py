"""Records that were refused for good: dead letters, sent again or discarded."""

import pytest

from tests.web.drains.conftest import numbers, shipped
from tests.web.drains.endpoints import Answer
from web.drains import actions, waiting
from web.drains.models import Letter


def test_records_that_are_refused_for_good_are_kept_and_the_rest_goes_on(
    drain, endpoint, sends, object_store
):
    sends(20)
    endpoint.decide = lambda request: Answer(
        422 if any(each["sequence"] == 7 for each in request.documents) else 200
    )

    shipped(drain)

    letter = Letter.objects.get()
    assert sorted(numbers(endpoint)) == [n for n in range(1, 21) if n != 7]
    assert (drain.shipped, drain.refused, drain.unkept) == (19, 1, 0)
    assert (letter.records, letter.run_name) == (1, "Night shift")
    assert letter.reason == "The endpoint answered 422 Unprocessable Entity."
    assert letter.key in object_store.objects
    assert letter.key.startswith(f"workspaces/{drain.workspace.code}/drains/{drain.code}/")
    assert waiting.lag_of(drain).records == 0


def test_letters_have_a_limit_past_which_they_are_counted(drain, endpoint, sends, monkeypatch):
    monkeypatch.setattr("web.drains.letters.MOST", 1)
    endpoint.usual = Answer(422)
    sends(2)
    shipped(drain)
    sends(3, first=3)

    shipped(drain)

    assert (Letter.objects.count(), drain.refused, drain.unkept) == (1, 5, 3)


def test_a_letter_that_is_sent_again_and_taken_is_gone(drain, endpoint, letter, object_store):
    actions.send_again(letter)
    shipped(drain)

    assert sorted(numbers(endpoint)) == [1, 2]
    assert not Letter.objects.exists()
    assert letter.key not in object_store.objects
    assert drain.shipped == 2


def test_a_letter_that_is_refused_again_stays_with_what_is_left(drain, endpoint, letter):
    endpoint.decide = lambda request: Answer(
        413 if any(each["sequence"] == 2 for each in request.documents) else 200
    )

    actions.send_again(letter)
    shipped(drain)

    letter.refresh_from_db()
    assert (letter.records, letter.state, letter.tries) == (1, "kept", 1)
    assert "413" in letter.reason
    assert numbers(endpoint) == [1]


def test_a_letter_waits_while_the_endpoint_fails_and_goes_then(drain, endpoint, letter):
    endpoint.answers.append(Answer(500))
    actions.send_again(letter)
    shipped(drain)
    letter.refresh_from_db()
    assert letter.state == "asked"

    actions.try_now(drain)
    shipped(drain)

    assert not Letter.objects.exists()


def test_a_letter_of_a_paused_drain_is_not_sent(drain, owner, letter):
    actions.pause(drain, by=owner)
    letter.drain.refresh_from_db()

    with pytest.raises(actions.CannotSend, match="Resume it"):
        actions.send_again(letter)


def test_a_letter_that_is_discarded_is_gone_with_its_records(letter, object_store):
    actions.discard(letter)

    assert not Letter.objects.exists()
    assert letter.key not in object_store.objects


def test_a_letter_stays_while_our_store_is_silent(letter, object_store):
    object_store.is_down = True

    with pytest.raises(actions.StorageDown, match="object store does not answer"):
        actions.discard(letter)

    assert Letter.objects.exists()
