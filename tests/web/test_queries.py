"""The queries of every page: as many where there is one of everything as where there are thirty."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.multiplying import multiply
from tests.web.test_strangers import CLOSED, address, one_of_each

MANY = 29
MOST = 45  # of any page: what is above it is to be thought about
SPARE = 2  # what is asked only where there is a second page


@pytest.fixture(scope="module")
def pages() -> list[str]:
    """Return the routes that can be read."""
    return [route for route in CLOSED if not route.endswith("trial>/")]


def queries(client, path: str) -> list[str]:
    """Return what a page asks the database; [] where it cannot be read."""
    client.get(path)  # what is found out once is known by then
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(path)
    return [each["sql"] for each in asked] if answer.status_code == 200 else []


def test_no_page_asks_more_where_there_is_more(
    pages, workspace, owner, teammate, client_of, object_store
):
    arguments = one_of_each(workspace, owner, teammate)
    client = client_of(owner)
    before = {route: queries(client, address(route, arguments)) for route in pages}

    multiply(MANY)
    after = {route: queries(client, address(route, arguments)) for route in pages}

    more = [
        f"{route}: {len(before[route])} with one, {len(after[route])} with {MANY + 1}, such as "
        + repeated(after[route])
        for route in pages
        if len(after[route]) > len(before[route]) + SPARE
    ]
    assert not more, "\n".join(more)
    assert {route: len(asked) for route, asked in after.items() if len(asked) > MOST} == {}


def repeated(asked: list[str]) -> str:
    """Return the statement that comes most often, but for its values."""
    shapes = ["".join(c for c in sql if not c.isdigit()) for sql in asked]
    return max(shapes, key=shapes.count)[:300]
