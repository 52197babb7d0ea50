"""The mocks of a run: searched, and one by one."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema
from pydantic import Field

from web.api.door import VIEWER, KeyRequest, count
from web.api.paging import LONGEST, Listed, cursor_of, place_in
from web.logs.access import mock_of
from web.platform.limiting import SEARCH
from web.runs import access, pages
from web.runs.mocks import MOST_SEARCH, MockRow, Wish

router = Router(tags=["Mocks"])


class MockTold(Schema):
    """One mock as it is now, or was at the run's end."""

    number: int = Field(description="In the run, from 0.")
    id: str
    status: str
    link: str = Field(description="off, connecting, connected, waiting to reconnect, ended")
    is_connected: bool
    is_failing: bool
    delivered: int
    failed: int
    last: datetime | None = Field(description="Its last send.")
    reason: str = Field(description="Of its last failure.")


class MocksPage(Schema):
    """Which mocks, 50 a page. A place is the number of a page: mocks that move may come twice."""

    cursor: str = Field("", max_length=LONGEST, description="`next` of the page before.")
    search: str = Field("", max_length=MOST_SEARCH, description="Part of the id, or the number.")
    status: str = ""
    reason: str = ""
    show: Literal["", "connected", "offline", "failing", "failed"] = ""
    order: Literal["number", "-number", "status", "-status", "delivered", "-delivered", "failed",
                   "-failed", "last", "-last"] = "number"  # fmt: skip


@router.get("runs/{uuid:run}/mocks", response=Listed[MockTold], **VIEWER)
def list_mocks(request: KeyRequest, run: UUID, wanted: Query[MocksPage]) -> Listed[MockTold]:
    """List mocks of a run: searched, filtered, sorted."""
    count(request, SEARCH)
    page = place_in(wanted.cursor, str)[1] if wanted.cursor else 1
    wish = Wish(page=page, **wanted.model_dump(exclude={"cursor"}))
    table = pages.run_page(access.run_of(request.workspace, run), wish=wish).table
    more = cursor_of("", table.number + 1) if table.has_next else None
    return Listed(items=[tell(row) for row in table.rows], next=more)


@router.get("runs/{uuid:run}/mocks/{int:mock}", response=MockTold, **VIEWER)
def get_mock(request: KeyRequest, run: UUID, mock: int) -> MockTold:
    """Get one mock of a run by its number."""
    found = access.run_of(request.workspace, run)
    row = pages.mock_now(found, mock_of(found, mock))
    if row is None:
        raise Http404("nothing is known of this mock yet")
    return tell(row)


def tell(row: MockRow) -> MockTold:
    """Return what is told of a mock."""
    return MockTold(**{name: getattr(row, name) for name in MockTold.model_fields})
