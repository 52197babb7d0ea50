"""The rows of the table of mocks, as HTML."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from web.runs import access, rows
from web.runs.mocks import MockRow

ROW = MockRow(
    number=12_345,
    id="f-012345",
    status="running",
    link="connected",
    is_connected=True,
    is_failing=False,
    delivered=67_890,
    failed=0,
    last=datetime(2065, 1, 15, 8, 0, 0, 250_000, tzinfo=UTC),
    reason="",
)


def told(row, log="/log/"):
    return str(rows.html([row], log=log))


def test_a_row_says_everything_of_its_mock():
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        said = told(ROW)

    for text in (
        '<a href="/log/12345/">12,345</a>',
        '<code class="code">f-012345</code>',
        "<td>running</td>",
        '<span class="badge" data-state="ok">connected</span>',
        ">67,890<",
        '<time datetime="2065-01-15T17:00:00.250000+09:00">17:00:00.250</time>',
    ):
        assert text in said
    assert "failing" not in said


def test_a_mock_that_fails_and_one_that_never_sent_are_told_apart():
    assert ">failing</span>" in told(replace(ROW, is_failing=True))
    assert 'data-state="failed">waiting' in told(
        replace(ROW, is_failing=True, is_connected=False, link="waiting to reconnect")
    )
    assert ">never</span>" in told(replace(ROW, last=None, id=""))
    assert ">–</code>" in told(replace(ROW, last=None, id=""))


def test_what_a_target_or_a_definition_says_is_no_markup():
    said = told(replace(ROW, id="<b>", status="<i>", reason="<script>"))

    assert "&lt;b&gt;" in said
    assert "&lt;i&gt;" in said
    assert "&lt;script&gt;" in said


def test_the_address_of_a_row_is_that_of_the_log_of_its_mock(run):
    assert access.mock_address(run, 7) in told(replace(ROW, number=7), access.log_address(run))
