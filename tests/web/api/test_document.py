"""The document of the API: served, shown, complete, and held together with its page."""

import re
from pathlib import Path

import pytest

from web.api.api import document
from web.api.pages import models, routes
from web.api.templatetags.api_words import code_marks

PAGE = Path(__file__).parents[3] / "docs/reference/api.md"
ROUTES = [route for _, route in routes(document())]
LINE = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE) (\S+)` \| (viewer|editor) \|", re.MULTILINE)


def test_everybody_may_read_the_document(client, db):
    answer = client.get("/api/v1/openapi.json")

    assert answer.json()["openapi"] == "3.1.0"
    assert "no-store" not in answer.headers["Cache-Control"]


def test_the_page_shows_every_route_and_model(client, db):
    page = client.get("/api/docs/").content.decode()

    assert [r.name for r in ROUTES if f'id="{r.name}"' not in page] == []
    assert [m.name for m in models(document()) if f'id="model-{m.name}"' not in page] == []


def test_the_page_needs_nothing_from_elsewhere(client, db):
    page = client.get("/api/docs/").content.decode()

    assert "<style" not in page
    assert not re.search(r"""(?:src|href)="(?:https?:)?//""", page)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_says_what_it_does_and_who_may(route):
    assert route.words.endswith(".")
    assert route.role in {"viewer", "editor", "owner"}
    assert (route.role == "viewer") == (route.method == "GET" or route.name == "check_definition")


def test_no_two_routes_have_one_name():
    names = [route.name for route in ROUTES]

    assert len(names) == len(set(names))


def test_every_reference_of_the_document_leads_somewhere():
    said = str(document())

    named = set(re.findall(r"#/components/schemas/([\w.-]+)", said))
    assert named <= document()["components"]["schemas"].keys()


def test_models_are_called_what_programs_would_call_them():
    models = document()["components"]["schemas"]

    assert {"Lot", "LotPage", "Run", "RunPage", "Problem"} <= models.keys()
    assert [name for name in models if name.endswith(("Told", "_")) or "Listed" in name] == []
    assert [name for name, model in models.items() if model["title"] != name] == []


def test_the_reference_names_every_route_and_no_other():
    told = set(LINE.findall(PAGE.read_text("utf-8")))

    assert told == {(r.method, r.path.removeprefix("/api/v1"), r.role) for r in ROUTES}


def test_words_between_back_ticks_are_code_and_nothing_else_is_markup():
    assert code_marks("`next` of <b>") == "<code>next</code> of &lt;b&gt;"
    assert code_marks("a ` alone") == "a ` alone"
