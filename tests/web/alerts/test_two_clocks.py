"""Several clocks at once, for real: threads, each with a connection of its own, on Postgres."""

from tests.web.alerts.conftest import rings
from tests.web.clocks import ON_POSTGRES, at_once
from web.alerts import escalation, incidents
from web.alerts.models import Entry, Incident

pytestmark = ON_POSTGRES


def test_clocks_that_find_the_same_trouble_open_one_incident(trouble, clock):
    opened = at_once(lambda: incidents.open_incident(trouble, now=clock.now))

    assert len([each for each in opened if each]) == 1
    assert Incident.objects.count() == 1
    assert Entry.objects.count() == 1


def test_clocks_that_open_an_old_incident_again_do_it_once(trouble, clock):
    first = incidents.open_incident(trouble, now=clock.now)
    incidents.resolve(first, words="Well.", now=clock.now)

    opened = at_once(lambda: incidents.open_incident(trouble, now=clock.after(60)))

    assert len([each for each in opened if each]) == 1
    first.refresh_from_db()
    assert (first.reopened, Incident.objects.count()) == (1, 1)


def test_clocks_that_climb_at_once_ring_once(incident, clock):
    for minute in range(3):
        at_once(lambda minute=minute: escalation.climb_due(clock.after(60 * minute)))

    assert rings(incident) == [("Anna", 1, 1), ("Anna", 1, 2), ("Anna", 1, 3)]


def test_of_those_who_acknowledge_at_once_one_did(incident):
    took = at_once(lambda: incidents.acknowledge(incident, who="somebody"))

    assert sorted(took) == [False, False, False, True]
    assert incident.entries.filter(kind=Entry.Kind.ACKNOWLEDGED).count() == 1
