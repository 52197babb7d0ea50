"""The rows of the table of mocks as HTML: an open page asks for fifty of them every two seconds.

Rule: pure. Put together here and not by a template, for which each of 600 values is a look-up, a
conversion and an address of its own.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from web.lots.templatetags.lot_texts import moment, spaced
from web.runs.mocks import MockRow

_NEVER = format_html('<span class="muted">{}</span>', "never")
_FAILING = format_html(' <span class="badge" data-state="failed">{}</span>', "failing")
_ROW = """<tr>
<th scope="row" class="number"><a href="{}">{}</a></th>
<td><a href="{}"><code class="code">{}</code></a></td>
<td>{}</td>
<td><span class="badge" data-state="{}">{}</span>{}</td>
<td class="number">{}</td>
<td class="number">{}</td>
<td class="number">{}</td>
<td>{}</td>
</tr>
"""


def html(rows: Iterable[MockRow], *, log: str) -> SafeString:
    """Return the rows of a page; times are in the present zone.

    ``log``: the address below which the log of each mock lies, by its number.
    """
    return format_html_join("", _ROW, (_cells(row, f"{log}{row.number}/") for row in rows))


def _cells(row: MockRow, address: str) -> tuple[object, ...]:
    """Return what one row says, in the order of ``_ROW``."""
    return (
        address,
        spaced(row.number),
        address,
        row.id or "–",
        row.status,
        "ok" if row.is_connected else "failed" if row.is_failing else "",
        row.link,
        _FAILING if row.is_failing and row.is_connected else "",
        spaced(row.delivered),
        spaced(row.failed),
        _time(row.last) if row.last else _NEVER,
        row.reason,
    )


def _time(last: datetime) -> SafeString:
    here = timezone.localtime(last)
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), moment(here))
