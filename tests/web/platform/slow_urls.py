"""Pages that take for ever, each in another way; test_time_limits.py asks for them."""

from contextlib import closing

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.urls import path

from web.platform.destinations import address_of
from web.platform.outgoing import Connection

ALIAS = "pooled"  # Postgres behind PgBouncer


def sleeping(request: HttpRequest) -> HttpResponse:
    """Ask the database for what takes a minute."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [60])
    return HttpResponse("awake")


def asking(request: HttpRequest) -> HttpResponse:
    """Ask the database for something."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT %s, current_setting('statement_timeout')", [1])
        number, limit = cursor.fetchone()
    return HttpResponse(f"{number} within {limit}")


def looping(request: HttpRequest) -> HttpResponse:
    """Ask nobody for anything."""
    while True:
        pass


def waiting(request: HttpRequest, port: int) -> HttpResponse:
    """Ask a server that never answers."""
    connection = Connection(address_of(f"http://127.0.0.1:{port}/"), within=60)
    with closing(connection):
        connection.request("GET", "/")
        return HttpResponse(connection.getresponse().read())


def broken(request: HttpRequest) -> HttpResponse:
    """Be wrong."""
    raise RuntimeError("ours")


urlpatterns = [
    path("sleeping/", sleeping),
    path("asking/", asking),
    path("looping/", looping),
    path("waiting/<int:port>/", waiting),
    path("broken/", broken),
    path("api/v1/looping/", looping),
    path("looping.json", looping),
]
handler500 = "web.platform.errors.server_error"
