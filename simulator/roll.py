"""Who the mocks of a lot are, and whether its definitions can be run together.

Rule: everything that a tower would refuse is found here, at the price of one mock of each part and
of all ids; so whoever stores or starts a lot can say it at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from simulator.credentials import CredentialTable, Papers, told_doubles, troubles_of
from simulator.datasets import Dataset
from simulator.definition.document import Definition
from simulator.errors import DefinitionError, Problem
from simulator.fleet import Fleet
from simulator.fleet.readings import fixed_values
from simulator.generators.base import Cast
from simulator.generators.readings.variables import drawn_once
from simulator.lot import Credentials, HttpTarget, Target
from simulator.lot.growth import Addition
from simulator.payloads.document import plain_line
from simulator.speech import Speech

MAX_TOLD = 3  # ids that one text names


@dataclass(frozen=True, slots=True)
class LotProblem:
    """What keeps a lot from running: in which part, from 0, and what is wrong there."""

    part: int
    problem: Problem

    def __str__(self) -> str:
        return str(self.problem)


class Placed(NamedTuple):
    """Mocks of one part with neighbouring numbers."""

    part: int
    definition: Definition
    cast: Cast


@dataclass(frozen=True, slots=True)
class RollCall:
    """Who the mocks of a lot say they are: what is wrong with it, and the ids that a broker hears.

    ``client_ids`` are in the mocks' order, without those of mocks that have none; they are not
    complete when there are problems.
    """

    problems: tuple[LotProblem, ...]
    client_ids: tuple[str, ...]


def lot_problems(
    parts: Sequence[tuple[Definition, int]],
    *,
    speech: Speech | None = None,
    datasets: Mapping[str, Dataset] | None = None,
    seed: int = 1,
    more: Sequence[Addition] = (),
) -> tuple[LotProblem, ...]:
    """Return what a tower would refuse of a lot, and ids that two of its mocks would have.

    Args:
        parts: Each definition with how many mocks follow it, 1 or more; numbered in this order.
        speech: What the target's protocol carries; None: it is not known yet.
        datasets: By the names in the definitions. A file with fewer rows than mocks is told with
            how many are needed.
        seed: Of the run; where ids are drawn, another seed may draw others.
        more: Mocks that its runs have beyond it.

    Returns:
        Nothing when the lot can run. About 0.1 s for 50,000 mocks.
    """
    total = sum(count for _, count in parts)
    casts = _casts(parts, datasets=datasets, seed=seed, more=more)
    found = [
        LotProblem(part, problem)
        for part, definition, cast in casts
        for problem in _refusals(definition, cast, total=total, speech=speech)
    ]
    return tuple(found or _twice(casts))


def identity_problems(
    parts: Sequence[tuple[Definition, int]],
    *,
    target: Target,
    secrets: Credentials,
    table: CredentialTable | None = None,
    datasets: Mapping[str, Dataset] | None = None,
    seed: int = 1,
    more: Sequence[Addition] = (),
    now: float,
) -> tuple[LotProblem, ...]:
    """Return what is wrong with who a lot's mocks are towards its target.

    Too few rows in the table, mocks in no row, placeholders of nothing known, keys that cannot be
    used, and client ids that several mocks have: a broker lets only the last of them in.

    Args:
        parts: As ``lot_problems`` takes them, which found nothing wrong with them.
        secrets: In the clear; no text of a problem shows a part of them.
        table: That of ``target.deal``.
        more: Mocks beyond the lot, as ``lot_problems`` takes them.
        now: Unix time, s, that certificates are held against.

    Returns:
        Nothing when all mocks can connect. About 0.4 s for 50,000 mocks.
    """
    return roll_call(
        parts,
        target=target,
        secrets=secrets,
        table=table,
        datasets=datasets,
        seed=seed,
        more=more,
        now=now,
    ).problems


def roll_call(
    parts: Sequence[tuple[Definition, int]],
    *,
    target: Target,
    secrets: Credentials,
    table: CredentialTable | None = None,
    datasets: Mapping[str, Dataset] | None = None,
    seed: int = 1,
    more: Sequence[Addition] = (),
    now: float,
) -> RollCall:
    """Return what ``identity_problems`` does, and the client ids that it looked at."""
    alone = (
        *_of_certificate(secrets, now),
        *_of_http(target, secrets, table),
        *_of_signing(target, secrets, table),
    )
    found = [LotProblem(0, problem) for problem in alone]
    papers = partial(Papers, target, secrets, table=table, clock=lambda: now)
    owners: dict[str, list[str]] = {}
    for number, definition, cast in _casts(parts, datasets=datasets, seed=seed, more=more):
        try:
            _call(definition, cast, papers, owners)
        except DefinitionError as error:
            found += [LotProblem(number, problem) for problem in error.problems]
    doubles = {name: mocks for name, mocks in owners.items() if name and len(mocks) > 1}
    if doubles and not found:
        text = f"{told_doubles(doubles)}: each mock needs a client id of its own"
        found.append(LotProblem(0, Problem("target.client_id", text)))
    return RollCall(tuple(found), tuple(name for name in owners if name))


def _call(
    definition: Definition,
    cast: Cast,
    make: Callable[..., Papers],
    owners: dict[str, list[str]],
) -> None:
    """Add the ids of a part's mocks to ``owners``, by the client ids that they show.

    Raises:
        DefinitionError: They can show none.
    """
    fixed = fixed_values(definition, cast)
    lasting = {name: value for name, value in fixed.items() if name not in definition.changing}
    papers = make(numbers=cast.numbers, fixed=lasting)
    for row, name in enumerate(fixed["id"].tolist()):
        owners.setdefault(papers.client_id(row), []).append(name)


def _of_certificate(secrets: Credentials, now: float) -> list[Problem]:
    """Return what is wrong with the certificate that all mocks show."""
    texts = {"certificate": secrets.certificate, "key": secrets.key}
    given = {name: text for name, text in texts.items() if text}
    if len(given) == 1:
        (alone,) = given
        missing = "key" if alone == "certificate" else "certificate"
        return [Problem(f"target.{missing}", f"is missing, and there is a {alone}")]
    return [Problem(f"target.{where}", text) for where, text in troubles_of(given, now=now)]


def _of_http(
    target: Target, secrets: Credentials, table: CredentialTable | None
) -> Iterator[Problem]:
    """Yield the secrets that a target of HTTP needs and nobody has."""
    if not isinstance(target, HttpTarget):
        return
    columns = table.columns if table else ()
    if target.signature and not secrets.hmac_key and "shared_key" not in columns:
        text = "needs hmac_key among the secrets, or the column shared_key of a table"
        yield Problem("target.signature", text)
    if target.oauth and not secrets.client_secret:
        yield Problem("target.oauth", "needs client_secret among the secrets")


def _of_signing(
    target: Target, secrets: Credentials, table: CredentialTable | None
) -> Iterator[Problem]:
    """Yield what an opening that is signed for AWS needs and nobody has."""
    if target.websocket is None or target.websocket.sigv4 is None:
        return
    columns = table.columns if table else ()
    for name, what in {"username": "the id of an access key", "password": "its secret"}.items():
        if not getattr(secrets, name) and name not in columns:
            text = f"needs {what} as {name} of the secrets, or the column {name} of a table"
            yield Problem("target.websocket.sigv4", text)


def _casts(
    parts: Sequence[tuple[Definition, int]],
    *,
    datasets: Mapping[str, Dataset] | None,
    seed: int,
    more: Sequence[Addition],
) -> list[Placed]:
    """Return the mocks of each part, numbered through the lot, and then those that it grows by."""
    counts = [count for _, count in parts]
    firsts = accumulate(counts, initial=0)
    own = [
        Addition(part=part, first=first, count=count, before=0)
        for part, (first, count) in enumerate(zip(firsts, counts, strict=False))
    ]
    return [
        Placed(
            each.part,
            parts[each.part][0],
            Cast(
                first=each.first,
                count=each.count,
                total=each.count,
                base=each.first,
                before=each.before,
                seed=seed,
                epoch=0.0,
                datasets=datasets or {},
            ),
        )
        for each in (*own, *more)
    ]


def _refusals(
    definition: Definition,
    cast: Cast,
    *,
    total: int,
    speech: Speech | None,
) -> tuple[Problem, ...]:
    """Return why there can be no fleet of a part: one mock of it is put in place."""
    try:
        Fleet(
            definition,
            first=cast.first,
            count=1,
            total=total,
            base=cast.base,
            size=cast.count,
            before=cast.before,
            seed=cast.seed,
            datasets=cast.datasets,
            speech=speech,
        )
    except DefinitionError as error:
        return error.problems
    return ()


def _twice(casts: Sequence[Placed]) -> list[LotProblem]:
    """Return the ids that a mock before has, told once for each part and part before."""
    owners: dict[str, int] = {}
    found = []
    for part, definition, cast in casts:
        again: dict[int, list[str]] = {}  # by the part that had them first
        for name in identities(definition, cast):
            if name in owners:
                again.setdefault(owners[name], []).append(name)
            else:
                owners[name] = part
        for owner, names in again.items():
            found.append(LotProblem(part, Problem("id", _told(names, is_own=owner == part))))
    return found


def identities(definition: Definition, cast: Cast) -> list[str]:
    """Return the ids of a cast's mocks; only what they are made of is drawn.

    Raises:
        DefinitionError: A dataset has too few rows, or a pattern no room for all mocks.
    """
    wanted = set(definition.id.names)
    for name, variable in reversed(definition.variables.items()):
        if name in wanted:
            wanted |= variable.names()
    known = {**definition.constants, "index": cast.numbers}
    for name, variable in definition.variables.items():
        if name in wanted:
            known[name] = drawn_once(variable, cast, name, known)
    return plain_line(definition.id).texts(known, np.arange(cast.count))


def _told(names: Sequence[str], *, is_own: bool) -> str:
    more = f" and {len(names) - MAX_TOLD:,} more" if len(names) > MAX_TOLD else ""
    shown = ", ".join(repr(name) for name in names[:MAX_TOLD])
    whose = "two of its mocks" if is_own else "a mock of a part before it"
    verb = "have" if is_own else "has"
    return f"{whose} {verb} the id {shown}{more}: each mock of a lot needs an id of its own"
