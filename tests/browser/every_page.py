"""Rows for every page of the console, and where those pages are.

Rule: a program, python -m tests.browser.every_page, with the environment of a running console; it
prints one JSON object, as ``Pages`` reads it.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import django

OWN = "account/", "workspaces/new/"  # routes that only a signed-in user can see begin so
ANYBODYS = (
    "", "sign-up/", "sign-in/", "password/reset/", "password/reset/sent/", "abuse", "api/docs/",
    "status", "status/history", "no-such-page/",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Paths by their routes, and the cookie that signs in a member who may see all of them."""

    cookie: Mapping[str, str]  # name, value
    members: Mapping[str, str]
    anybodys: Mapping[str, str]


def make() -> Pages:
    """Make one of each kind of row, all at once, and ask which addresses are pages."""
    from django.db import transaction  # noqa: PLC0415 (after the settings are there)
    from django.test import Client  # noqa: PLC0415

    with transaction.atomic():  # the console's processes see nothing that is half made
        user, arguments = rows()
    member, nobody = (Client(SERVER_NAME="127.0.0.1") for _ in range(2))
    member.force_login(user)
    morsel = next(iter(member.cookies.values()))
    return Pages(
        cookie={"name": morsel.key, "value": morsel.value},
        members=dict(pages(member, arguments)),
        anybodys={f"/{path}": f"/{path}" for path in ANYBODYS if is_page(nobody, f"/{path}")},
    )


def rows() -> tuple[Any, Mapping[str, Any]]:
    """Return an owner who is staff as well, and one of each kind that an address can name."""
    from tests.web.test_strangers import one_of_each  # noqa: PLC0415
    from web.accounts.actions import create_workspace  # noqa: PLC0415
    from web.accounts.models import Membership, Role, User  # noqa: PLC0415
    from web.drains.models import Drain  # noqa: PLC0415
    from web.runs.models import Run, RunState  # noqa: PLC0415

    owner = User.objects.create_user("olga@pages.example", name="Olga", is_staff=True)
    teammate = User.objects.create_user("tarou@pages.example", name="Tarou")
    workspace = create_workspace("Cold chain", by=owner)
    Membership.objects.create(user=teammate, workspace=workspace, role=Role.EDITOR)
    made = one_of_each(workspace, owner, teammate)
    Run.objects.filter(code=made["run"]).update(state=RunState.FINISHED)  # no tower takes it
    Drain.objects.filter(code=made["drain"]).update(paused=owner.created)  # sends to nobody
    return owner, {**made, **of_the_service(at=owner.created)}


def of_the_service(*, at: Any) -> Mapping[str, Any]:
    """Return what operators look at, of the moment ``at``: a mail, a trouble, an announcement."""
    from web.alerts.models import Incident  # noqa: PLC0415
    from web.mail.models import Mail  # noqa: PLC0415
    from web.status.models import Announcement, Impact, Kind, Stage  # noqa: PLC0415

    trouble = Incident.objects.create(
        subject="service:mail", subject_name="Mail", key="mail", kind="mail", words="Mails wait."
    )
    told = Announcement.objects.create(
        title="Late mails",
        kind=Kind.INCIDENT,
        impact=Impact.MINOR,
        components=["mail"],
        stage=Stage.MONITORING,
        begins=at,
        published=at,
    )
    mail = Mail.objects.latest("id")
    return {"mail": mail.code, "incident of the service": trouble.code, "announcement": told.code}


def pages(client: Any, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each route that answers a visit with a page, with its path."""
    from tests.web.test_strangers import CLOSED, OPEN, address  # noqa: PLC0415

    operators = {**arguments, "incident": arguments["incident of the service"]}
    for route in [*CLOSED, *OPEN]:
        known = operators if route.startswith("operations/") else arguments
        names = {piece.partition(">")[0].partition(":")[2] for piece in route.split("<")[1:]}
        is_ours = route in CLOSED or route.startswith(("operations/", "status/incidents/", *OWN))
        if is_ours and names <= set(known) and is_page(client, address(route, known)):
            yield route, address(route, known)


def is_page(client: Any, path: str) -> bool:
    """Return whether a visit is answered with HTML, and with more than a part of a page."""
    answer = client.get(path)
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    is_there = answer.status_code == 200 or path.endswith("no-such-page/")
    return is_there and is_html and b"<html" in answer.content


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
    django.setup()
    print(json.dumps(asdict(make()), default=str))
