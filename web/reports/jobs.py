"""The job that makes a report; runs on the queue ``reports``."""

from uuid import UUID


def make_report(code: str) -> None:
    """Make the CSV and mail its link; doing it twice is harmless.

    Args:
        code: The report's; one that is gone or is not waiting is passed over.
    """
    # Here and not above: the console puts this job into the queue and never needs pyarrow.
    from web.reports.making import make  # noqa: PLC0415

    make(UUID(code))


def make_edition(code: str) -> None:
    """Make an edition of a regular report and mail its link; doing it twice is harmless.

    Args:
        code: The edition's; one that is gone or is not waiting is passed over.
    """
    from web.reports.standing.making import make  # noqa: PLC0415 (the same)

    make(UUID(code))
