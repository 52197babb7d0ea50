"""Edits that collide: what was fetched is changed only as it was fetched, and not sent twice."""

import pytest

from tests.web.api.conftest import is_problem
from tests.web.runs.conftest import DEFINITION

CHANGES = {
    "definitions": ("PUT", {"text": DEFINITION.replace("max: 8", "max: 9")}),
    "targets": ("PATCH", {"host": "other.example"}),
    "lots": ("PATCH", {"name": "Day shift"}),
}
every = pytest.mark.parametrize("kind", CHANGES)


@pytest.fixture
def paths(workspace, owner, make_lot, fridge, target) -> dict[str, str]:
    """Return the path of one of each kind that can be edited; a lot uses the other two."""
    rows = {"definitions": fridge, "targets": target, "lots": make_lot()}
    return {kind: f"{kind}/{row.code}" for kind, row in rows.items()}


def change(program, kind: str, path: str, **headers: str):
    method, body = CHANGES[kind]
    return program.ask(method, path, body, **headers)


@every
def test_who_knows_the_answer_is_not_sent_it_again(program, onlooker, paths, kind):
    tag = onlooker.ask("GET", paths[kind]).headers["ETag"]

    known = onlooker.ask("GET", paths[kind], If_None_Match=tag)
    assert change(program, kind, paths[kind]).status_code == 200
    newer = onlooker.ask("GET", paths[kind], If_None_Match=tag)

    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", tag)
    assert newer.status_code == 200
    assert newer.headers["ETag"] != tag


@every
def test_what_somebody_changed_meanwhile_is_not_overwritten(program, paths, kind):
    tag = program.ask("GET", paths[kind]).headers["ETag"]
    changed = change(program, kind, paths[kind], If_Match=tag)

    late = change(program, kind, paths[kind], If_Match=tag)

    assert changed.status_code == 200
    assert is_problem(late, "changed")
    assert late.status_code == 412
    assert program.ask("GET", paths[kind]).headers["ETag"] == changed.headers["ETag"]


@every
def test_what_somebody_changed_meanwhile_is_not_deleted(program, paths, kind):
    tag = program.ask("GET", paths[kind]).headers["ETag"]
    change(program, kind, paths[kind])

    late = program.ask("DELETE", paths[kind], If_Match=tag)

    assert is_problem(late, "changed")
    program.get(paths[kind])


def test_what_is_as_it_was_fetched_is_deleted(program, paths):
    for kind in ("lots", "targets", "definitions"):
        tag = program.ask("GET", paths[kind]).headers["ETag"]
        answer = program.ask("DELETE", paths[kind], If_Match=f'"older", {tag}')
        assert answer.status_code == 204
        assert is_problem(program.ask("GET", paths[kind]), "missing")


@every
def test_without_a_tag_and_with_any_the_last_one_wins(program, paths, kind):
    assert change(program, kind, paths[kind]).status_code == 200
    assert change(program, kind, paths[kind], If_Match="*").status_code == 200
