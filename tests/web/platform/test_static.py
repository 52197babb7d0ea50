"""Files of a page whose release is another one than the dyno's that is asked for them."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from web.platform.static import StaticFiles

HERE = "/static/css/base.aaaaaaaaaaaa.css"
ELSEWHERE = "/static/css/base.bbbbbbbbbbbb.css"

# The end of an answer has Django look after its connections, where other tests have made one.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def answer(settings, tmp_path):
    """Return a function that asks a console for a path, where base.css is the only file."""
    folder = tmp_path / "static"
    (folder / "css").mkdir(parents=True)
    for name in ("base.css", "base.aaaaaaaaaaaa.css"):
        (folder / "css" / name).write_text("body {}")
    paths = {"css/base.css": "css/base.aaaaaaaaaaaa.css"}
    (folder / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": paths}))
    settings.STATIC_ROOT = folder
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = {**settings.STORAGES}
    console = StaticFiles(lambda request: HttpResponse(status=404))
    answers = []

    def ask(path):
        answers.append(console(RequestFactory().get(path)))
        return answers[-1]

    yield ask
    for one in answers:
        one.close()


def test_a_file_of_this_release_may_be_kept_for_ever(answer):
    response = answer(HERE)

    assert (response.status_code, response.getvalue()) == (200, b"body {}")
    assert "immutable" in response["Cache-Control"]


def test_a_file_of_another_release_is_answered_with_that_of_this_one_and_not_kept(answer):
    response = answer(ELSEWHERE)

    assert (response.status_code, response.getvalue()) == (200, b"body {}")
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"].startswith("text/css")


@pytest.mark.parametrize(
    "path",
    ["/static/css/gone.bbbbbbbbbbbb.css", "/static/css/other.css", "/w/base.bbbbbbbbbbbb.css"],
)
def test_what_is_in_no_release_is_not_there(answer, path):
    assert answer(path).status_code == 404
