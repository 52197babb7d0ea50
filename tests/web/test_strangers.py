"""Every address of the URL configuration against a stranger: one that is new is covered at once.

An address without a workspace, or with an argument that nothing here makes, fails until somebody
says below who may see it.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from web.accounts import actions as accounts
from web.accounts.models import Role
from web.alerts.models import Account, Chain, ChainChange, Channel, Incident, Person, Watch
from web.audit import actions as audit
from web.audit.access import ALL
from web.datasets.models import Dataset, Upload
from web.definitions import actions as definitions
from web.drains.models import Drain, Kind, Letter
from web.keys.actions import make_key
from web.lots.actions import PartPlan, save_lot
from web.lots.models import Lot
from web.reports.models import Edition, Report, ReportState, Standing
from web.runs.models import Injection, Run, Shard
from web.schedules.models import Schedule
from web.targets import actions as targets
from web.targets.models import Target

OPEN = {  # addresses outside of any workspace, and who may see what there
    "": "everybody: what this is",
    "sign-up/": "everybody",
    "sign-in/": "everybody",
    "sign-out/": "everybody",
    "theme/": "everybody: a cookie of their own",
    "account/": "the signed-in user: themselves",
    "account/password/": "the signed-in user: themselves",
    "account/email/": "the signed-in user: themselves",
    "account/email/<str:token>/": "the signed-in user who has the mail",
    "account/sessions/": "the signed-in user: their own",
    "account/sessions/end/": "the signed-in user: their own",
    "account/sessions/<uuid:visit>/end/": "the signed-in user: their own; 404 for others'",
    "account/activity/": "the signed-in user: their own",
    "account/prove/": "the signed-in user: themselves",
    "account/prove/passkey/begin/": "the signed-in user: themselves",
    "account/prove/passkey/finish/": "the signed-in user: themselves",
    "account/factors/": "the signed-in user: their own",
    "account/factors/app/": "the signed-in user: their own",
    "account/factors/app/remove/": "the signed-in user: their own",
    "account/factors/recovery/": "the signed-in user: their own",
    "account/factors/passkeys/new/": "the signed-in user: their own",
    "account/factors/passkeys/begin/": "the signed-in user: their own",
    "account/factors/passkeys/finish/": "the signed-in user: their own",
    "account/factors/passkeys/<uuid:passkey>/remove/": "the signed-in user: their own",
    "sign-in/second/": "who has shown the password",
    "sign-in/passkey/begin/": "everybody",
    "sign-in/passkey/finish/": "everybody: who has the passkey",
    "sign-in/link/<str:token>/": "who has the mail",
    "password/reset/": "everybody",
    "password/reset/sent/": "everybody",
    "password/reset/<str:uid>/<str:token>/": "who has the mail",
    "invitations/<str:token>/": "who has the mail",
    "invitations/<str:token>/accept/": "who has the mail",
    "workspaces/new/": "the signed-in user: a workspace of their own",
    "reports/<uuid:report>/<str:token>/": "who has the mail",
    "reports/editions/<uuid:edition>/<str:token>/": "who has the mail",
    "mail/stop/<str:token>/": "who has the mail",
    "account/mails/": "the signed-in user: themselves",
    "account/mails/resume/": "the signed-in user: themselves",
    "account/mails/lift/": "the signed-in user: themselves",
    "hooks/mail/events/": "the mail service, by its signature",
    "hooks/mail/incoming/": "the mail service, by a secret",
    "hooks/mail/incoming/<str:secret>/": "the mail service, by a secret",
    "operations/mails/": "staff; tests/web/mail/test_operator_pages.py",
    "operations/mails/release/": "staff",
    "operations/mails/addresses/": "staff",
    "operations/mails/addresses/<uuid:suppression>/lift/": "staff",
    "operations/mails/incoming/": "staff",
    "operations/mails/<uuid:mail>/": "staff",
    "operations/mails/<uuid:mail>/again/": "staff",
    "hooks/slack/<slug:account>/": "Slack, by its signature",
    "hooks/phone/<slug:account>/<uuid:attempt>/say/": "Twilio, by its signature",
    "hooks/phone/<slug:account>/<uuid:attempt>/key/": "Twilio, by its signature",
    "hooks/phone/<slug:account>/<uuid:attempt>/status/": "Twilio, by its signature",
    "status": "everybody: how the service is",
    "status.json": "everybody: the same for programs",
    "status.atom": "everybody: what operators published",
    "status/history": "everybody: what operators published",
    "status/incidents/<uuid:announcement>": "everybody: what operators published",
    "banners/dismiss/": "everybody: a cookie of their own",
    "operations/status/": "staff; tests/web/status/test_operators.py",
    "operations/status/new/": "staff",
    "operations/status/<uuid:announcement>/": "staff",
    "operations/status/<uuid:announcement>/edit/": "staff",
    "operations/status/<uuid:announcement>/publish/": "staff",
    "operations/status/<uuid:announcement>/withdraw/": "staff",
    "operations/status/<uuid:announcement>/delete/": "staff",
    "operations/status/<uuid:announcement>/tell/": "staff",
    "operations/status/<uuid:announcement>/explain/": "staff",
    "operations/status/<uuid:announcement>/updates/<uuid:update>/": "staff",
    "abuse": "everybody: whom to write to",
    "api/docs/": "everybody: what the API takes",
    "api/v1/openapi.json": "everybody: what the API takes",
    "operations/scaling/": "staff; tests/web/scaling/test_page.py",
    "operations/usage/": "staff; tests/web/usage/test_operators.py",
    "operations/usage/<str:month>.csv": "staff",
    "operations/usage/workspaces/<uuid:workspace>/plan/": "staff",
    "operations/usage/prices/": "staff",
    "operations/usage/prices/set/": "staff",
    "operations/usage/prices/<uuid:price>/withdraw/": "staff",
    "operations/usage/plans/": "staff",
    "operations/usage/plans/new/": "staff",
    "operations/usage/plans/<uuid:plan>/": "staff",
    "operations/usage/plans/<uuid:plan>/delete/": "staff",
    "hirefire": "the add-on, by its token; tests/web/scaling/test_feeds.py",
    "operations/hosts/": "staff; tests/web/runs/test_closing.py",
    "operations/hosts/close/": "staff",
    "operations/hosts/<uuid:block>/open/": "staff",
    "operations/": "staff; tests/web/alerts/test_service.py",
    "operations/test/": "staff",
    "operations/incidents/<uuid:incident>/": "staff",
    "operations/incidents/<uuid:incident>/acknowledge/": "staff",
    "operations/incidents/<uuid:incident>/resolve/": "staff",
    "operations/incidents/<uuid:incident>/comment/": "staff",
    "schemas/definition.json": "everybody: what a definition may say",
    "schemas/lot.json": "everybody: what a lot may say",
    "schemas/faults.json": "everybody: what may go wrong on purpose",
    "schemas/target-<slug:protocol>.json": "everybody: what a target may say",
}
VIEWERS_WRITE = {  # addresses that take a form of viewers too, and why
    "w/<uuid:workspace>/members/leave/": "their own membership",
    "w/<uuid:workspace>/definitions/preview/": "a preview stores nothing",
    "w/<uuid:workspace>/definitions/series/": "a preview stores nothing",
    "w/<uuid:workspace>/reports/regular/<uuid:standing>/subscribe/": "their own mail",
}
OWNERS = {  # addresses of owners alone
    "w/<uuid:workspace>/settings/",
    "w/<uuid:workspace>/two-factors/",
    "w/<uuid:workspace>/delete/",
    "w/<uuid:workspace>/members/invite/",
    "w/<uuid:workspace>/members/<uuid:membership>/role/",
    "w/<uuid:workspace>/members/<uuid:membership>/remove/",
    "w/<uuid:workspace>/members/invitations/<uuid:invitation>/withdraw/",
    "w/<uuid:workspace>/members/invitations/<uuid:invitation>/resend/",
    "w/<uuid:workspace>/schedules/limit/",
    "w/<uuid:workspace>/logs/retention/",
    "w/<uuid:workspace>/logs/<uuid:run>/hold/",
    "w/<uuid:workspace>/logs/<uuid:run>/hold/end/",
    "w/<uuid:workspace>/watching/accounts/new/",
    "w/<uuid:workspace>/watching/accounts/<uuid:account>/",
    "w/<uuid:workspace>/watching/accounts/<uuid:account>/delete/",
    "w/<uuid:workspace>/audit/",
    "w/<uuid:workspace>/audit/export/",
    "w/<uuid:workspace>/audit/export/<uuid:export>/",
    "w/<uuid:workspace>/audit/export/<uuid:export>/download/",
    "w/<uuid:workspace>/mails/",
}
WRONG = ("put", "patch", "delete")  # no page takes these
NOON = timezone.now()
DEFINITION = """\
name: Fridge
id: "f-{index:03d}"
metrics:
  temperature: {uniform: {min: 2, max: 8}}
messages:
  telemetry: {every: 10s, json: {t: "{temperature:.1f}"}}
"""


def patterns(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield each route with its pattern."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        else:
            yield route, pattern


ROUTES = [route for route, _ in patterns()]
API = [route for route in ROUTES if route.startswith("api/v1/") and route not in OPEN]
"""By keys and not by sessions; tests/web/api/test_matrix.py."""
CLOSED = [route for route in ROUTES if route not in OPEN and route not in API]
OBJECTS = [  # a ready profile is the same in every workspace, and every one has each month
    route
    for route in CLOSED
    if route.replace("<slug:profile>", "").replace("<str:month>", "").count("<") > 1
]


@pytest.fixture
def arguments(workspace, owner, teammate) -> Mapping[str, UUID | int]:
    return one_of_each(workspace, owner, teammate)


def one_of_each(workspace, owner, teammate) -> Mapping[str, UUID | int]:
    """Return one of each kind that an address can name, all in ``owner``'s workspace."""
    definition = definitions.create_definition(workspace, text=DEFINITION, by=owner)
    dataset = Dataset.objects.create(workspace=workspace, name="van-7.gpx")
    Upload.objects.create(dataset=dataset, key=f"x/{uuid4()}", size=9, state=Upload.State.READY)
    target = Target(workspace=workspace, name="Broker", host="broker.example", port=1883)
    targets.save_target(target, password="hunter2", by=owner)
    lot = Lot(workspace=workspace, name="Fridges", target=target, duration=timedelta(seconds=9))
    save_lot(lot, parts=[PartPlan(definition, 3)], by=owner)
    run = Run.objects.create(
        workspace=workspace, lot=lot, name="Fridges", mocks=3, duration=lot.duration, seed=1
    )
    injection = Injection.objects.create(run=run, fault={"fault": "drop"}, since=0.0)
    Shard.objects.create(run=run, number=0, part=0, first=0, count=3)
    schedule = Schedule.objects.create(workspace=workspace, lot=lot, name="Daily", cron="0 6 * * *")
    report = Report.objects.create(
        workspace=workspace, run=run, asked_by=owner, state=ReportState.READY, key="x/report.csv"
    )
    drain = Drain.objects.create(
        workspace=workspace, name="To us", kind=Kind.HTTP, settings={"url": "https://us.example/"}
    )
    letter = Letter.objects.create(
        drain=drain, run=run, run_name="Fridges", reason="Refused.", records=1, size=1, key="x/1"
    )
    standing = Standing.objects.create(workspace=workspace, name="Monthly", next_at=NOON)
    edition = Edition.objects.create(
        standing=standing,
        begin=NOON,
        end=NOON + timedelta(days=1),
        state=ReportState.READY,
        parts=[{"key": "x", "size": 1, "rows": 1}],
    )
    invitation = accounts.invite(workspace, "new@example.org", role=Role.VIEWER, by=owner)
    return {
        "workspace": workspace.code,
        "membership": teammate.memberships.get().code,
        "invitation": invitation.code,
        "definition": definition.code,
        "number": 1,
        "month": "2026-11",
        "dataset": dataset.code,
        "target": target.code,
        "profile": "broker",
        "trial": uuid4(),
        "lot": lot.code,
        "schedule": schedule.code,
        "run": run.code,
        "injection": injection.code,
        "mock": 0,
        "report": report.code,
        "standing": standing.code,
        "edition": edition.code,
        "part": 1,
        "drain": drain.code,
        **watched(workspace, run),
        "letter": letter.code,
        "key": make_key(workspace, name="Build", role=Role.VIEWER, life=None, by=owner)[0].code,
        "export": audit.ask_for_export(workspace, ALL, by=owner).code,
    }


def watched(workspace, run) -> Mapping[str, UUID | int]:
    """Return one of each kind of row of watching."""
    person = Person.objects.create(workspace=workspace, name="Anna")
    chain = Chain.objects.create(workspace=workspace, name="Nights")
    noon = timezone.now()
    change = ChainChange.objects.create(
        chain=chain, person=person, begins=noon, ends=noon + timedelta(hours=1)
    )
    channel = Channel.objects.create(
        workspace=workspace, name="Team", kind="mail", address="team@example.org"
    )
    account = Account.objects.create(workspace=workspace, name="Ops", kind="slack")
    watch = Watch.objects.create(workspace=workspace, name="All", chain=chain)
    incident = Incident.objects.create(
        workspace=workspace, run=run, subject="run:x", subject_name="x", key="k", kind="silent"
    )
    rows = {"person": person, "chain": chain, "change": change, "channel": channel}
    rows |= {"account": account, "watch": watch, "incident": incident}
    return {name: row.code for name, row in rows.items()}


def address(route: str, arguments: Mapping[str, UUID | int]) -> str:
    """Return the route with its arguments filled in: ``<uuid:lot>`` by ``arguments["lot"]``."""
    pieces = route.split("<")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition(">")
        filled.append(f"{arguments[name.partition(':')[2]]}{rest}")
    return "/" + "".join(filled)


def statuses(client: Client, path: str) -> set[int]:
    """Return how the path answers to reading and to writing."""
    return {client.get(path).status_code, client.post(path).status_code}


def test_the_lists_of_addresses_are_up_to_date() -> None:
    assert set(OPEN) <= set(ROUTES)
    assert OWNERS | set(VIEWERS_WRITE) <= set(CLOSED)


@pytest.mark.parametrize("route", CLOSED)
def test_a_stranger_gets_404(route, arguments, stranger, client_of) -> None:
    answers = statuses(client_of(stranger), address(route, arguments))

    assert 404 in answers
    assert answers <= {404, 405}


@pytest.mark.parametrize("route", OBJECTS)
def test_an_object_of_another_workspace_is_not_there_in_ones_own(
    route, arguments, stranger, client_of
) -> None:
    own = stranger.memberships.get().workspace.code

    answers = statuses(client_of(stranger), address(route, {**arguments, "workspace": own}))

    assert 404 in answers
    assert answers <= {404, 405}


@pytest.mark.parametrize("route", CLOSED)
def test_who_is_not_signed_in_is_asked_to(route, arguments, client) -> None:
    path = address(route, arguments)

    for answer in (client.get(path), client.post(path)):
        assert answer.status_code in {302, 405}
        if answer.status_code == 302:
            assert answer.url.startswith("/sign-in/")


@pytest.mark.parametrize("route", CLOSED)
def test_the_owner_finds_what_the_stranger_does_not(
    route, arguments, owner, client_of, object_store
) -> None:
    answer = client_of(owner).get(address(route, arguments))

    assert answer.status_code in {200, 302, 405}


@pytest.mark.parametrize("route", CLOSED)
def test_a_viewer_changes_nothing(route, arguments, viewer, client_of, object_store) -> None:
    client, path = client_of(viewer), address(route, arguments)

    read, written = client.get(path).status_code, client.post(path).status_code

    assert read in ({403, 405} if route in OWNERS else {200, 302, 403, 405})
    assert written in ({200, 302, 422} if route in VIEWERS_WRITE else {403, 405})


@pytest.mark.parametrize("route", CLOSED)
def test_an_editor_may_all_but_what_is_the_owners(
    route, arguments, teammate, client_of, object_store
) -> None:
    client, path = client_of(teammate), address(route, arguments)

    answers = {client.get(path).status_code, client.post(path).status_code}

    assert answers <= {403, 405} if route in OWNERS else 403 not in answers
    assert max(answers) < 500


@pytest.mark.parametrize("route", CLOSED)
def test_wrong_methods_are_refused(route, arguments, owner, client_of) -> None:
    client, path = client_of(owner), address(route, arguments)

    assert {getattr(client, method)(path).status_code for method in WRONG} == {405}


def of_nobody(route: str) -> str:
    """Return an address outside of workspaces, of things that are not there."""
    some = {"token": "x", "uid": "x", "secret": "x", "account": "x", "protocol": "mqtt"}
    names = {piece.partition(">")[0].partition(":")[2] for piece in route.split("<")[1:]}
    return address(route, dict.fromkeys(names, uuid4()) | some)


@pytest.mark.parametrize("route", [route for route, who in OPEN.items() if who.startswith("staff")])
def test_operators_pages_are_there_for_staff_alone(route, owner, client, client_of) -> None:
    path = of_nobody(route)

    assert statuses(client, path) <= {302, 405}
    assert statuses(client_of(owner), path) <= {404, 405}
    assert 404 in statuses(client_of(owner), path)


@pytest.mark.parametrize(
    "route", [route for route, who in OPEN.items() if who.startswith("the signed-in user")]
)
def test_ones_own_pages_ask_to_sign_in(route, client, db) -> None:
    path = of_nobody(route)

    for answer in (client.get(path), client.post(path)):
        assert answer.status_code in {302, 401, 405}
        if answer.status_code == 302:
            assert answer.url.startswith("/sign-in/")


@pytest.mark.parametrize("route", OPEN)
def test_wrong_methods_are_refused_outside_of_workspaces(route, client, db) -> None:
    path = of_nobody(route)

    assert {getattr(client, method)(path).status_code for method in WRONG} == {405}
