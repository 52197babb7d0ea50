"""Index rows: what a chunk says of itself, and which chunks can hold what is asked for.

Rule: pure of the store. A row that cannot say is taken for one that may hold it.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from web.logs.models import Chunk
from web.logs.query import Query, moment
from web.platform import follower
from web.runs.models import Run, Shard

MOST_ROWS = 300
AROUND = "\n"  # stands before and after each name, so that a part of a name is not found


def listed(names: Iterable[str] | None) -> str | None:
    """Return names as a row has them, for ``holds``; None stays None."""
    if names is None:
        return None
    return AROUND + "".join(_plain(name) + AROUND for name in names)


def holds(column: str, name: str) -> Q:
    """Return the condition that a row names ``name`` in its column, or cannot say."""
    named = Q(**{f"{column}__contains": f"{AROUND}{_plain(name)}{AROUND}"})
    return named | Q(**{f"{column}__isnull": True})


def names_in(column: str | None) -> list[str]:
    """Return the names that ``listed`` wrote."""
    return [name for name in (column or "").split(AROUND) if name]


def words(run: Run, column: str) -> set[str]:
    """Return what the chunks of a run name in a column, of ``MOST_ROWS`` different rows at most."""
    rows = Chunk.objects.filter(run=run).exclude(**{f"{column}__isnull": True})
    different = rows.order_by().values_list(column, flat=True).distinct()[:MOST_ROWS]
    found = follower.read(lambda database: list(different.using(database)))
    return {name for row in found for name in names_in(row)}


def candidates(run: Run, query: Query) -> QuerySet[Chunk]:
    """Return the chunks of a run that can hold a record that the query asks for, in no order."""
    rows = Chunk.objects.filter(run=run)
    if query.mocks:
        rows = rows.filter(_of_mocks(run, query.mocks))
    if query.since:
        rows = rows.filter(last__gte=query.since)
    if query.until:
        rows = rows.filter(first__lt=query.until)
    if query.results:
        rows = rows.filter(_any(holds("kinds", kind) for kind in query.results))
    if query.results == ("failed",):
        rows = rows.filter(failed__gt=0)  # also of rows that name no kinds
    for column, name in query.names():
        rows = rows.filter(holds(column, name))
    return rows


def newest_first(rows: QuerySet[Chunk], *, before: int | None) -> QuerySet[Chunk]:
    """Return rows that begin before a moment (µs since 1970), the one that ends last first."""
    if before is not None:
        rows = rows.filter(first__lte=moment(before))
    return rows.order_by("-last", "-id")


def oldest_first(rows: QuerySet[Chunk], *, after: int | None = None) -> QuerySet[Chunk]:
    """Return rows that end after a moment (µs since 1970), the one that begins first first."""
    if after is not None:
        rows = rows.filter(last__gte=moment(after))
    return rows.order_by("first", "id")


def _of_mocks(run: Run, mocks: Iterable[int]) -> Q:
    """Return the condition that a row is of the shard of one of the mocks, and reaches over it."""
    shards = list(Shard.objects.filter(run=run).values_list("id", "first", "count"))
    wanted = Q(pk__in=())
    for mock in mocks:
        shard = next((each for each, first, count in shards if first <= mock < first + count), 0)
        below = Q(first_mock__isnull=True) | Q(first_mock__lte=mock)
        above = Q(last_mock__isnull=True) | Q(last_mock__gte=mock)
        wanted |= Q(shard=shard) & below & above
    return wanted


def _any(conditions: Iterable[Q]) -> Q:
    wanted = Q(pk__in=())
    for condition in conditions:
        wanted |= condition
    return wanted


def _plain(name: str) -> str:
    return name.replace(AROUND, " ")
