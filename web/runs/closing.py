"""The kill switch of a target host: operators close it, and all that goes there ends.

Rule: a run is aborted within seconds of the row, by whoever sees it first; new ones are refused
with the operators' own words. A network closes names by what they stand for.
"""

import logging
from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from django.db import transaction

import simulator
from web.accounts.models import User
from web.audit import actions as audit
from web.platform.closed_hosts import closed_hosts
from web.runs import actions, closed
from web.runs.models import LIVE, Run
from web.targets.ownership import access
from web.targets.ownership.models import Block

logger = logging.getLogger(__name__)

BY = "The operators' closing of {host}"
PAGE = 500  # live runs that are read at a time


class NoHostToClose(ValueError):
    """The text names no host; what it says is a sentence."""


def close_host(text: str, *, reason: str, by: User | None) -> tuple[Block, int]:
    """Close a host, and end what goes there; return the block and how many runs it ended.

    Args:
        text: A name, ``*.`` before one for all below it, an address, or a network.
        reason: A sentence that customers read.
        by: Who; None: the command line.

    Raises:
        NoHostToClose: The text is none of these.
    """
    host = pattern_of(text)
    with transaction.atomic():
        block, is_new = Block.objects.update_or_create(
            host=host, defaults={"reason": reason.strip()[:300], "created_by": by}
        )
        again = "" if is_new else ", with another reason"
        audit.note("operation.host_closed", user=by, words=f"{host}{again}: {block.reason}")
    closed_hosts.forget()
    logger.warning("host closed", extra={"host": host})
    return block, abort_closed()


@transaction.atomic
def open_host(block: Block, *, by: User | None) -> None:
    """Let customers send there again."""
    audit.note("operation.host_opened", user=by, words=f"{block.host}.")
    block.delete()
    closed_hosts.forget()
    logger.warning("host opened", extra={"host": block.host})


def pattern_of(text: str) -> str:
    """Return how a block names a host. Raises NoHostToClose."""
    text = text.strip()
    try:
        return str(ip_network(text)) if "/" in text else _name_of(text)
    except ValueError:
        raise NoHostToClose(
            f"“{text[:60]}” is no host. Write broker.example, *.example, 192.0.2.7 or 192.0.2.0/24."
        ) from None


def _name_of(text: str) -> str:
    wild = "*." if text.startswith("*.") else ""
    return wild + str(simulator.host_in(text.removeprefix(wild)))


def abort_closed() -> int:
    """Abort the live runs to closed hosts; return how many. The clock calls this too."""
    blocks = list(access.blocks())
    return sum(_aborted(run, block) for run, block in live_to(blocks)) if blocks else 0


def would_end(host: str) -> int:
    """Return how many live runs the closing of a host, as blocks name it, would abort."""
    return sum(1 for _ in live_to([Block(host=host)]))


def live_to(blocks: Sequence[Block]) -> Iterator[tuple[Run, Block]]:
    """Yield the live runs to hosts under one of these blocks, each with the first such block."""
    known: dict[str, Block | None] = {}
    for run in _live():
        for host in run.hosts:
            if host not in known:
                known[host] = closed.closing(blocks, host)
            if block := known[host]:
                yield run, block
                break


def _live() -> Iterator[Run]:
    """Yield all live runs that name hosts, the newest first."""
    live = Run.objects.filter(state__in=LIVE, abort_requested=None).exclude(hosts=[])
    rows = live.select_related("workspace").order_by("-id")
    page = list(rows[:PAGE])
    while page:
        yield from page
        page = list(rows.filter(id__lt=page[-1].id)[:PAGE])


def _aborted(run: Run, block: Block) -> bool:
    if not actions.abort_run(run, by=BY.format(host=block.host)):
        return False
    told = closed.CLOSED.format(host=block.host, reason=block.reason)[:500]
    Run.objects.filter(id=run.id).update(reason=told)
    logger.warning("run aborted, its host is closed", extra={"run": str(run.code)})
    return True
