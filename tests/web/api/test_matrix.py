"""Every route of the API for everybody: without a key, with a bad one, a lower one, another's.

The matrix is made of the API's own document, and held against the URL configuration: a route that
is new is covered at once. One whose body has to say something is a line of ``BODIES``.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.api.conftest import Program, is_problem
from tests.web.test_strangers import API, DEFINITION
from web.accounts import actions as accounts
from web.accounts.models import Role
from web.api.api import document
from web.api.pages import METHODS, Route, routes
from web.audit.models import Entry
from web.keys.models import Key

ROUTES = [route for _, route in routes(document())]
READING = [route for route in ROUTES if route.role == "viewer"]
WRITING = [route for route in ROUTES if route.role != "viewer"]
OF_OBJECTS = [route for route in ROUTES if "{" in route.path]
LISTS = [route for route in ROUTES if route.method == "GET" and "{" not in route.path]
PATHS = sorted({route.path for route in ROUTES})
NAMES = {"fault": "injection"}  # in an address -> in ``arguments``
BODIES = {
    "make_definition": {"text": DEFINITION.replace("Fridge", "Freezer")},
    "check_definition": {"text": DEFINITION},
    "put_definition": {"text": DEFINITION.replace("max: 8", "max: 9")},
    "new_dataset": {"name": "a.csv", "size": 3},
    "replace_file": {"size": 3},
    "make_target": {"name": "Other", "host": "broker.example"},
    "make_lot": {"name": "Other", "target": "{target}", "duration": 9,
                 "parts": [{"definition": "{definition}", "count": 2}]},
    "start_run": {"lot": "{lot}"},
    "give_order": {"order": "pause"},
    "begin_faults": {"faults": [{"fault": "drop"}]},
}  # fmt: skip
QUIET = {  # leaves no entry
    "uploaded": "ends the upload whose begin is noted",
    "cancel_report": "the report of the matrix is made already",
    "retry_report": "the same",
}
NOT_NOW = {  # answered with 409: the run of the matrix has not begun, or something is in use
    "delete_definition", "delete_target", "give_order", "pause_run", "resume_run", "begin_faults",
}  # fmt: skip

every = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)


def filled(text: str, codes) -> str:
    """Return a path or a body with its ``{names}`` filled in."""
    return re.sub(r"\{(\w+)\}", lambda m: str(codes[NAMES.get(m[1], m[1])]), text)


def said(value, codes):
    """Return a body with the names in its texts filled in."""
    if isinstance(value, dict):
        return {name: said(each, codes) for name, each in value.items()}
    if isinstance(value, list):
        return [said(each, codes) for each in value]
    return filled(value, codes) if isinstance(value, str) and value.startswith("{") else value


def asked(program: Program, route: Route, codes, **headers: str):
    body = said(BODIES.get(route.name, {}), codes) if route.body else None
    return program.ask(route.method, filled(route.path, codes), body, **headers)


def test_the_matrix_leaves_out_no_address_of_the_api():
    known = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}") for route in API}

    assert known == {*PATHS, "/api/v1/", "/api/v1/{rest}"}
    assert BODIES.keys() | QUIET.keys() | NOT_NOW <= {route.name for route in ROUTES}


@every
def test_without_a_good_key_nothing_is_told(
    route, arguments, owner, key_of, client_of, object_store
):
    keys = {name: key_of(owner) for name in ("revoked", "expired", "ok")}
    now = timezone.now()
    for name, change in (("revoked", {"revoked": now}), ("expired", {"expires": now})):
        Key.objects.filter(prefix=keys[name][:12]).update(**change)
    bad = ["", "mlk_00000000_x", f"{keys['ok']}x", keys["revoked"], keys["expired"]]
    signed_in = Program()
    signed_in._client = client_of(owner)  # with the cookie of a session, and no key

    answers = [asked(Program(key), route, arguments) for key in bad]
    answers.append(asked(signed_in, route, arguments))

    assert [answer.status_code for answer in answers] == [401] * len(answers)
    assert all(is_problem(answer, "no-key") for answer in answers)
    assert all("WWW-Authenticate" in answer.headers for answer in answers)


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.name)
def test_a_viewers_key_changes_nothing(
    route, arguments, owner, viewer, teammate, key_of, object_store
):
    lowered = key_of(teammate, Role.EDITOR)
    accounts.change_role(teammate.memberships.get(), Role.VIEWER)
    entries = Entry.objects.count()

    for key in (key_of(owner, Role.VIEWER), key_of(viewer, Role.EDITOR), lowered):
        answer = asked(Program(key), route, arguments)
        assert answer.status_code == 403
        assert is_problem(answer, "role")

    made = Entry.objects.filter(action="key.made").count()
    assert Entry.objects.count() - entries <= made


@pytest.mark.parametrize("route", OF_OBJECTS, ids=lambda route: route.name)
def test_what_is_in_another_workspace_is_not_there(route, arguments, outsider, object_store):
    answer = asked(outsider, route, arguments)

    assert answer.status_code == 404
    assert is_problem(answer, "missing")


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)
def test_lists_tell_nothing_of_another_workspace(route, arguments, outsider, object_store):
    answer = asked(outsider, route, arguments)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert not [code for code in arguments.values() if len(str(code)) > 30 and str(code) in text]


@pytest.mark.parametrize("name", ["start_run", "make_lot"])
def test_bodies_reach_nothing_of_another_workspace(name, arguments, outsider, object_store):
    [route] = [each for each in ROUTES if each.name == name]

    answer = asked(outsider, route, arguments)

    assert answer.status_code == 422
    assert is_problem(answer, "invalid")


@pytest.mark.parametrize("route", READING, ids=lambda route: route.name)
def test_a_viewers_key_reads(route, arguments, onlooker, object_store, published):
    answer = asked(onlooker, route, arguments)

    assert answer.status_code == 200 or is_problem(answer, "missing"), answer.content
    assert answer.headers["Cache-Control"] in {"private, no-store", "no-store"}


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.name)
def test_an_editors_key_writes_and_the_audit_log_names_it(
    route, arguments, program, object_store, published, asked_for
):
    before = Entry.objects.count()

    answer = asked(program, route, arguments)

    if route.name in NOT_NOW:
        assert is_problem(answer, "conflict"), answer.content
        return
    assert answer.status_code in {200, 201, 202, 204}, answer.content
    entry = Entry.objects.order_by("-id").first()
    assert route.name in QUIET or Entry.objects.count() > before
    assert route.name in QUIET or "API key Build" in entry.via


@pytest.fixture
def asked_for(asked):
    """Nobody hears of jobs."""
    return asked


@pytest.mark.parametrize("path", PATHS)
def test_wrong_methods_are_refused(path, arguments, program):
    good = {route.method for route in ROUTES if route.path == path}
    wrong = {*(method.upper() for method in METHODS), "OPTIONS", "TRACE"} - good

    for method in wrong:
        answer = program.ask(method, filled(path, arguments))
        assert answer.status_code == 405
        assert is_problem(answer, "method")
        assert set(answer.headers["Allow"].split(", ")) == good


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["", "nothing", "runs/", "runs/x", "definitions/0/text"])
def test_what_is_no_route_is_a_problem_too(path, method, program):
    answer = program.ask(method, path)

    assert answer.status_code == 404
    assert is_problem(answer, "missing")


def test_a_key_ends_when_its_maker_leaves(arguments, teammate, key_of):
    program = Program(key_of(teammate, Role.EDITOR))
    assert program.ask("GET", "workspace").status_code == 200

    teammate.memberships.get().delete()

    assert program.ask("GET", "workspace").status_code == 401


def test_a_key_of_a_moment_ago_is_good_until_its_end(owner, key_of):
    text = key_of(owner)
    Key.objects.update(expires=timezone.now() + timedelta(hours=1))

    assert Program(text).ask("GET", "workspace").status_code == 200
