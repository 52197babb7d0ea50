"""Escalation by an explicit clock: whom it rings when, and what ends it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.alerts.conftest import rings
from web.alerts import escalation, incidents, notices
from web.alerts.models import Attempt, Channel, Entry, Incident, IncidentState, Purpose

ANNA = [("Anna", 1, number) for number in range(1, 6)]
BEN = [("Ben", 1, number) for number in range(1, 6)]


def entries(incident):
    return list(incident.entries.values_list("kind", flat=True))


def test_an_incident_rings_at_once_then_each_minute_five_times_then_the_next_person(
    incident, clock
):
    escalation.climb_due(clock.now)
    assert rings(incident) == ANNA[:1]

    clock.wait(59)
    assert rings(incident) == ANNA[:1]

    clock.wait(1)
    assert rings(incident) == ANNA[:2]

    clock.wait(180)
    assert rings(incident) == ANNA

    clock.wait(60)
    assert rings(incident) == ANNA + BEN[:1]


def test_a_machine_whose_date_is_wrong_rings_nobody_too_early(trouble, monkeypatch):
    incident = incidents.open_incident(trouble)
    assert incident
    escalation.climb_due()
    wrong = timezone.now() + timedelta(hours=1)

    monkeypatch.setattr(timezone, "now", lambda: wrong)

    assert escalation.climb_due() == 0
    assert rings(incident) == ANNA[:1]


def test_after_the_last_person_it_ends_with_nobody_answered(incident, clock):
    clock.wait(3_600)

    incident.refresh_from_db()
    assert rings(incident) == ANNA + BEN
    assert incident.state == IncidentState.OPEN
    assert incident.ring_at is None
    assert incident.unanswered is not None
    assert entries(incident) == [Entry.Kind.OPENED, Entry.Kind.NOBODY]


def test_a_chain_that_starts_over_rings_the_first_person_again(trouble, chain, clock):
    chain.at_end, chain.rounds = "start_over", 2
    chain.save()
    incident = incidents.open_incident(trouble, now=clock.now)

    clock.wait(3_600)

    again = [(person, 2, attempt) for person, _, attempt in ANNA + BEN]
    assert rings(incident) == ANNA + BEN + again
    assert Entry.Kind.ROUND in entries(incident)
    assert Entry.Kind.NOBODY in entries(incident)


def test_two_clocks_ring_as_often_as_one(incident, clock):
    stale = Incident.objects.get(id=incident.id)

    assert escalation.climb(incident, now=clock.now)
    assert not escalation.climb(stale, now=clock.now)

    assert rings(incident) == ANNA[:1]


def test_a_clock_that_read_it_before_the_acknowledgement_rings_nobody(incident, clock):
    stale = Incident.objects.get(id=incident.id)
    incidents.acknowledge(incident, who="Olga")

    assert not escalation.climb(stale, now=clock.now)

    assert rings(incident) == []


def test_a_ring_whose_row_is_there_is_not_made_twice(incident, clock):
    Attempt.objects.create(
        incident=incident, purpose=Purpose.RING, round=1, level=1, attempt=1, way="x", kind="phone"
    )

    assert escalation.climb_due(clock.now) == 0


def test_who_acknowledges_ends_the_ringing_and_only_the_first_does(incident, clock):
    clock.wait(61)

    assert incidents.acknowledge(incident, who="Olga", how="on the page")
    assert not incidents.acknowledge(incident, who="Tarou")

    clock.wait(3_600)
    incident.refresh_from_db()
    assert rings(incident) == ANNA[:2]
    assert incident.acknowledged_by == "Olga on the page"
    assert set(incident.attempts.values_list("state", flat=True)) == {"skipped"}


def test_a_resolved_incident_rings_nobody(incident, clock):
    incidents.resolve(incident, words="It holds no longer.")

    clock.wait(600)

    assert rings(incident) == []


def test_who_has_no_proved_way_is_passed_over_and_it_is_said(trouble, clock):
    Channel.objects.filter(person__name="Anna").update(verified=None)

    incident = incidents.open_incident(trouble, now=clock.now)
    escalation.climb_due(clock.now)

    assert rings(incident) == BEN[:1]
    assert incident.entries.get(kind=Entry.Kind.UNREACHABLE).who == "Anna"


def test_a_contact_that_was_deleted_meanwhile_is_said_and_the_ladder_goes_on(incident, clock):
    Channel.objects.filter(person__name="Anna").delete()

    clock.wait(60 * 5)

    assert rings(incident) == BEN[:1]
    assert entries(incident).count(Entry.Kind.UNREACHABLE) == 5


def test_a_watch_that_is_mute_opens_nothing_and_rings_nobody(trouble, watch, incident, clock):
    watch.muted_until = clock.after(600)
    watch.save()

    clock.wait(300)
    assert rings(incident) == []

    other = incidents.Trouble(**{**vars_of(trouble), "subject": "run:other"})
    assert incidents.open_incident(other, now=clock.now) is None

    clock.wait(305)
    assert rings(incident) == ANNA[:1]


def vars_of(trouble):
    return {name: getattr(trouble, name) for name in trouble.__dataclass_fields__}


def test_there_is_one_open_incident_of_a_subject_and_rule(incident, trouble, clock):
    assert incidents.open_incident(trouble, now=clock.now) is None

    assert Incident.objects.count() == 1


def test_trouble_that_comes_back_soon_opens_the_old_incident_and_rings_anew(
    incident, trouble, clock
):
    clock.wait(61)
    incidents.acknowledge(incident, who="Olga", now=clock.now)
    incidents.resolve(incident, words="It holds no longer.", now=clock.now)

    again = incidents.open_incident(trouble, now=clock.after(29 * 60))
    escalation.climb_due(clock.after(29 * 60))

    assert again.id == incident.id
    assert (again.state, again.reopened, again.acknowledged_by) == (IncidentState.OPEN, 1, "")
    assert rings(incident) == [*ANNA[:2], ("Anna", 2, 1)]


def test_trouble_that_comes_back_later_is_another_incident(incident, trouble, clock):
    incidents.resolve(incident, words="It holds no longer.", now=clock.now)

    later = incidents.open_incident(trouble, now=clock.now + timedelta(minutes=31))

    assert later.id != incident.id


def test_incidents_of_long_ago_and_old_tests_are_forgotten(incident, trouble, make_channel, clock):
    incidents.resolve(incident, words="Well.", now=clock.now)
    notices.send_test(make_channel("mail", "x@example.org"), now=clock.now)

    assert incidents.forget(clock.now + incidents.KEEP) == 0
    assert not Attempt.objects.filter(purpose=Purpose.TEST).exists()
    assert incidents.forget(clock.now + incidents.KEEP + timedelta(seconds=1)) == 1
    assert not Entry.objects.exists()


@pytest.mark.parametrize("change", [{"rings": False}, {"watch__chain": None}])
def test_without_a_chain_only_the_channels_are_told(
    trouble, rule, watch, make_channel, clock, change
):
    watch.channels.add(make_channel("webhook", "hooks.example"))
    rule.rings = change.get("rings", True)
    rule.save()
    if "watch__chain" in change:
        watch.chain = None
        watch.save()

    incident = incidents.open_incident(trouble, now=clock.now)
    clock.wait(600)

    assert list(incident.attempts.values_list("purpose", "kind")) == [("opened", "webhook")]


def test_a_channel_that_is_not_proved_is_told_nothing(incident, watch, make_channel, clock):
    watch.channels.add(make_channel("webhook", "hooks.example", verified=None))

    assert notices.tell_channels(incident, Purpose.NOBODY, now=clock.now) == []
