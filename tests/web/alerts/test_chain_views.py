"""The pages of who is on call: chains, people, hours and exceptions."""

import pytest
from django.utils import timezone

from tests.web.alerts.addresses import address, words
from web.alerts import roster
from web.alerts.models import (
    Chain,
    ChainChange,
    Channel,
    Person,
)


def turns_of(*rows):
    """Return what a browser posts for the people of a chain."""
    form = {"turns-TOTAL_FORMS": str(len(rows)), "turns-INITIAL_FORMS": "0"}
    for place, row in enumerate(rows):
        fresh = {"begins": "00:00", "ends": "00:00", "zone": "UTC", "days": list("0123456")}
        for name, value in (fresh | {"ORDER": str(place + 1)} | row).items():
            form[f"turns-{place}-{name}"] = value
    return form


CHAIN = {"name": "Days", "attempts": "5", "seconds": "60", "at_end": "start_over", "rounds": "3"}


@pytest.fixture
def people(workspace):
    return [Person.objects.create(workspace=workspace, name=name) for name in ("Anna", "Ben")]


def test_a_chain_is_saved_in_the_order_that_was_given(client_of, owner, workspace, people):
    anna, ben = people
    office = {"begins": "09:00", "ends": "18:00", "zone": "Asia/Tokyo", "days": list("01234")}
    rows = turns_of({"person": anna.pk, "ORDER": "2"}, {"person": ben.pk, "ORDER": "1"} | office)
    client = client_of(owner)

    client.post(address("new_chain", workspace), CHAIN | rows)

    chain = Chain.objects.get()
    assert [turn.person for turn in chain.turns.all()] == [ben, anna]
    assert chain.turns.first().hours.words == "Mon–Fri 09:00–18:00, Asia/Tokyo"
    page = words(client.get(address("on_call", workspace)))
    assert "Mon–Fri 09:00–18:00, Asia/Tokyo" in page
    assert client.get(address("chain", workspace, chain)).status_code == 200


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": ""}, "Give the chain a name."),
        ({"seconds": "10"}, "greater than or equal to 30"),
        ({"attempts": "21"}, "less than or equal to 20"),
        ({"turns-0-days": []}, "Choose a day."),
        ({"turns-0-zone": "Mars/North"}, "Select a valid choice"),
        ({"turns-0-begins": "25:00"}, "Enter a valid time"),
    ],
)
def test_a_wrong_chain_is_told_at_its_place(client_of, owner, workspace, people, change, text):
    form = CHAIN | turns_of({"person": people[0].pk}) | change

    answer = client_of(owner).post(address("new_chain", workspace), form)

    assert answer.status_code == 422
    assert text in words(answer)


def test_an_exception_overrides_the_hours_and_is_deleted_again(client_of, owner, workspace, chain):
    ben = Person.objects.get(name="Ben")
    client = client_of(owner)
    form = {"person": ben.pk, "begins": "2026-12-24T18:00", "ends": "2026-12-27T08:00"}

    client.post(address("new_change", workspace, chain), form)

    change = ChainChange.objects.get()
    assert roster.people_on_duty(chain, now=change.begins) == [ben]
    assert "stands in" not in words(client.get(address("chain", workspace, chain)))
    client.post(address("delete_change", workspace, chain, change))
    assert not ChainChange.objects.exists()


def test_an_exception_that_ends_before_it_begins_is_refused(client_of, owner, workspace, chain):
    ben = Person.objects.get(name="Ben")
    form = {"person": ben.pk, "begins": "2026-12-24T18:00", "ends": "2026-12-24T18:00"}

    answer = client_of(owner).post(address("new_change", workspace, chain), form)

    assert answer.status_code == 422
    assert "It ends after it begins" in words(answer)


def test_two_people_have_two_names(client_of, owner, workspace, people):
    answer = client_of(owner).post(address("new_person", workspace), {"name": "Anna"})

    assert answer.status_code == 422
    assert "Somebody of this name" in words(answer)


def test_a_persons_ways_are_rung_in_their_order_once_they_are_proved(
    client_of, owner, workspace, people, slack_app, twilio_account
):
    anna = people[0]
    client = client_of(owner)
    path = f"{address('new_channel', workspace)}?person={anna.code}"
    for kind, form in (
        ("phone", {"address": "+819011111111", "account": twilio_account.pk}),
        ("slack", {"address": "U0ANNA", "account": slack_app.pk}),
    ):
        client.post(f"{path}&kind={kind}", {"name": kind} | form)

    assert roster.ways_to(anna) == []
    Channel.objects.update(verified=timezone.now())
    assert [way.kind for way in roster.ways_to(anna)] == ["phone", "slack"]
    assert "webhook" not in words(client.get(path)).lower().replace("webhooks", "")


@pytest.mark.parametrize("kind", ["person", "channel", "chain", "account"])
def test_each_is_deleted_after_a_question(client_of, owner, workspace, chain, slack_app, kind):
    rows = {
        "person": Person.objects.get(name="Ben"),
        "channel": Channel.objects.get(person__name="Anna"),
        "chain": chain,
        "account": slack_app,
    }
    row = rows[kind]
    client = client_of(owner)
    path = address(f"delete_{kind}", workspace, row)

    assert f"Delete this {kind}?" in words(client.get(path))
    assert type(row).objects.filter(id=row.id).exists()
    client.post(path)
    assert not type(row).objects.filter(id=row.id).exists()
