"""What the pages of costs show: of a lot before it starts, and of a run beside that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

import simulator
from web.lots.durations import duration_text
from web.lots.estimate import Estimate
from web.lots.models import Lot
from web.lots.templatetags.lot_texts import figure, size, spaced
from web.platform.storage import ObjectMissing, StorageUnavailable
from web.runs import history, series
from web.runs.figures import elapsed_of
from web.runs.loading import CannotLoad
from web.runs.models import Run
from web.usage import access, costs, forecasting, limits, sizing
from web.usage.costs import Line
from web.usage.models import Use
from web.usage.months import month_of
from web.usage.prices import Prices, prices_in
from web.usage.quantities import Quantities
from web.usage.sizing import Dynos

HOUR = 3_600.0  # s
NO_STORAGE = "The object store does not answer, so what was expected is not known now."


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a run: as it was expected, and as it was used; empty where nobody knows."""

    title: str
    expected: str
    used: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What a way of running costs, as texts and as amounts; a dash where a price is missing."""

    title: str
    word: str
    expected: str
    used: str
    expected_amount: Decimal | None
    used_amount: Decimal | None
    lines: list[tuple[Line, str]]  # of what was used, else of what is expected; with the amount
    is_least: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPage:
    """What a lot would cost, or a run did.

    ``troubles``: of a lot the limits of a plan that it would not keep; of a run why what was
    expected of it is not known.
    """

    expected: Quantities | None
    used: Quantities | None
    currency: str
    rows: list[Row]
    ways: list[Compared]
    charged: list[tuple[Line, str]]
    dynos: Dynos | None
    month: date
    troubles: list[str]

    @property
    def in_short(self) -> str:
        """What is expected, as a sentence; empty where nothing is."""
        if self.expected is None:
            return ""
        dynos = f" on {self.dynos.count} × {self.dynos.size.name}" if self.dynos else ""
        return (
            f"It would send about {self.expected.messages:,} messages{dynos}, and cost "
            f"{self.ways[0].expected}."
        )

    @property
    def has_expected(self) -> bool:
        return self.expected is not None

    @property
    def has_used(self) -> bool:
        return self.used is not None


def lot_cost(
    lot: Lot,
    simulated: simulator.Lot,
    definitions: Sequence[simulator.Definition],
    found: Estimate,
) -> CostPage:
    """Return what a run of a lot would cost now, and which limits of the plan it would not keep."""
    month = month_of(timezone.now())
    prices = prices_in(month)
    expected, dynos = forecasting.expected_of_lot(lot, simulated, definitions, found, prices=prices)
    plan = limits.plan_of(lot.workspace)
    troubles: list[str] = []
    if plan is not None:
        wanted = forecasting.share_of(simulated, messages=expected.messages)
        troubles = list(limits.troubles(plan, wanted, limits.taken(lot.workspace, plan)))
    return page_of(expected, None, prices=prices, dynos=dynos, month=month, troubles=troubles)


def run_cost(run: Run) -> CostPage:
    """Return what a run was expected to cost, beside what it did or does so far."""
    month = month_of(run.started_at or run.created)
    prices, troubles = prices_in(month), []
    expected = None
    if run.started_at:
        try:
            expected = forecasting.expected_of_run(run, prices=prices)
        except (StorageUnavailable, ObjectMissing):
            troubles.append(NO_STORAGE)
        except CannotLoad as error:
            troubles.append(str(error))
        except (simulator.DefinitionError, simulator.DatasetError) as error:
            troubles.append(f"What was expected is not known: {error}.")
    used = quantities_used(run, access.uses_of_run(run.code))
    known = expected or used
    load = known.load if known else sizing.Load(run.mocks, 0.0)
    dynos = forecasting.dynos_for(load, prices)
    return page_of(expected, used, prices=prices, dynos=dynos, month=month, troubles=troubles)


def quantities_used(run: Run, uses: Sequence[Use]) -> Quantities | None:
    """Return what a run has used by what was metered; None: nothing was yet."""
    if not uses:
        return None
    seconds = elapsed_of(run, now=max(use.until for use in uses)).total_seconds()
    messages = sum(use.messages for use in uses)
    return Quantities(
        seconds=seconds,
        mocks=max(use.mocks for use in uses),
        rate=run.peak_rate or _best_rate(run) or (messages / seconds if seconds else 0.0),
        messages=messages,
        bytes=sum(use.bytes for use in uses),
        wire_bytes=sum(use.bytes_out for use in uses),
        log_bytes=sum(use.log_bytes for use in uses),
        log_days=forecasting.log_days(run.workspace),
        mock_seconds=sum(use.mock_seconds for use in uses),
        towers=max(use.towers for use in uses),
        tower_seconds=sum(use.tower_seconds for use in uses),
    )


def _best_rate(run: Run) -> float | None:
    """Return the messages/s of a live run's best point so far; None: none is stored yet."""
    return series.peak_rate(history.stretches(run), step=series.step_of(run.duration))


def page_of(
    expected: Quantities | None,
    used: Quantities | None,
    *,
    prices: Prices,
    dynos: Dynos | None,
    month: date,
    troubles: list[str],
) -> CostPage:
    """Return the page of what was expected beside what was used."""
    told = used or expected
    charged = charged_for(told, prices) if told else []
    return CostPage(
        expected=expected,
        used=used,
        currency=prices.currency,
        rows=[Row(title, _text(expected, show), _text(used, show)) for title, show in FIGURES],
        ways=compared(expected, used, prices=prices, dynos=dynos),
        charged=[(line, prices.told(line.amount)) for line in charged],
        dynos=dynos,
        month=month,
        troubles=troubles,
    )


def charged_for(quantities: Quantities, prices: Prices) -> list[Line]:
    """Return what a workspace is charged for a run."""
    return costs.charged(
        prices,
        messages=quantities.messages,
        mock_seconds=quantities.mock_seconds,
        gigabyte_months=costs.log_gigabyte_months(quantities),
    )


def compared(
    expected: Quantities | None,
    used: Quantities | None,
    *,
    prices: Prices,
    dynos: Dynos | None,
) -> list[Compared]:
    """Return each way of running, with what it costs by both."""
    planned = costs.ways(expected, prices, dynos) if expected else []
    actual = costs.ways(used, prices, dynos) if used else []
    totals = [way.total for way in actual or planned]
    least = min((total for total in totals if total is not None), default=None)
    found = []
    for place, way in enumerate(actual or planned):
        found.append(
            Compared(
                title=way.title,
                word=way.word,
                expected=prices.told(planned[place].total) if planned else "",
                used=prices.told(actual[place].total) if actual else "",
                expected_amount=planned[place].total if planned else None,
                used_amount=actual[place].total if actual else None,
                lines=[(line, prices.told(line.amount)) for line in way.lines],
                is_least=way.total is not None and way.total == least,
            )
        )
    return found


def _text(of: Quantities | None, show: Callable[[Quantities], str]) -> str:
    return "" if of is None else show(of)


FIGURES: tuple[tuple[str, Callable[[Quantities], str]], ...] = (
    ("Lasts", lambda of: duration_text(timedelta(seconds=round(of.seconds)))),
    ("Mocks at once", lambda of: spaced(of.mocks)),
    ("Messages", lambda of: spaced(of.messages)),
    ("Messages/s, at most", lambda of: figure(of.rate)),
    ("Payload", lambda of: size(of.bytes)),
    ("Sent to the target, before TLS", lambda of: size(of.wire_bytes)),
    ("Log storage", lambda of: size(of.log_bytes)),
    ("Mock-hours", lambda of: figure(of.mock_seconds / HOUR)),
    ("Towers, each on a dyno", lambda of: spaced(of.towers)),
    ("Dyno-seconds", lambda of: figure(of.tower_seconds)),
)
