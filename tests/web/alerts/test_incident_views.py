"""The pages of incidents: the list, the timeline, what can be done, the strip on a run."""

import re

import pytest

from tests.web.alerts.addresses import address, words
from tests.web.alerts.conftest import send_all
from web.alerts import incidents
from web.alerts.models import (
    Incident,
)


def test_incidents_are_listed_open_first_then_newest(
    client_of, owner, workspace, run, django_assert_max_num_queries
):
    for number, state in enumerate(("resolved", "open", "acknowledged", "open")):
        Incident.objects.create(
            workspace=workspace,
            run=run,
            subject=f"run:{number}",
            subject_name=f"Lot {number}",
            key="k",
            kind="silent",
            words="Nothing.",
            state=state,
        )
    client = client_of(owner)
    client.get(address("index", workspace))

    with django_assert_max_num_queries(12):
        page = words(client.get(address("index", workspace)))

    assert re.findall(r">(Lot \d)<", page) == ["Lot 3", "Lot 1", "Lot 2", "Lot 0"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?state=resolved", ["Lot 0"]),
        ("?kind=failures", []),
        ("?order=subject_name", ["Lot 0", "Lot 1"]),
        ("?order=-subject_name", ["Lot 1", "Lot 0"]),
        ("?state=nonsense&order=password&run=x", ["Lot 1", "Lot 0"]),
    ],
)
def test_incidents_are_filtered_and_sorted(client_of, owner, workspace, query, shown):
    for number, state in enumerate(("resolved", "open")):
        Incident.objects.create(
            workspace=workspace,
            subject=f"run:{number}",
            subject_name=f"Lot {number}",
            key="k",
            kind="silent",
            state=state,
        )

    page = words(client_of(owner).get(address("index", workspace) + query))

    assert re.findall(r">(Lot \d)<", page) == shown


def test_an_incidents_page_shows_every_attempt_and_who_did_what(
    client_of, owner, incident, clock, workspace, twilio
):
    twilio.answer(400, {"code": 21211, "message": "no", "status": 400})
    clock.wait(61)
    send_all()
    incidents.comment(incident, "Broker restarts <now>.", by=owner)
    incidents.acknowledge(incident, who="Olga", how="on the page")

    page = words(client_of(owner).get(address("incident", workspace, incident)))

    assert "Rings Anna, attempt 1: Phone call" in page
    assert "Rings Anna, attempt 2: Phone call" in page
    assert "refused: 400, code 21211" in page
    assert "Broker restarts &lt;now&gt;." in page
    assert "Olga on the page" in page


def test_a_page_that_is_open_asks_only_for_what_changes(client_of, owner, incident, workspace):
    path = address("incident", workspace, incident)

    part = words(client_of(owner).get(path, headers={"HX-Request": "true"}))

    assert 'id="incident"' in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("page", "state"), [("acknowledge", "acknowledged"), ("resolve", "resolved")]
)
def test_an_editor_acknowledges_and_closes_and_a_viewer_does_not(
    client_of, teammate, viewer, incident, workspace, page, state
):
    path = address(page, workspace, incident)

    assert client_of(viewer).post(path).status_code == 403
    assert client_of(teammate).post(path).status_code == 302

    incident.refresh_from_db()
    assert incident.state == state
    assert "had been" in words(client_of(teammate).post(path, follow=True)) or state == "resolved"


def test_an_empty_comment_is_refused_in_words(client_of, owner, incident, workspace):
    answer = client_of(owner).post(address("comment", workspace, incident), {"words": " "})

    assert answer.status_code == 422
    assert "Write something first." in words(answer)


def test_a_run_shows_its_open_incidents_until_they_are_over(
    client_of, owner, run, incident, workspace
):
    client = client_of(owner)

    assert "Nothing has been sent for 61 s." in words(client.get(run.get_absolute_url()))

    incidents.resolve(incident, words="Well again.")
    assert "Nothing has been sent for 61 s." not in words(client.get(run.get_absolute_url()))
