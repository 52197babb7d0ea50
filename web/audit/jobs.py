"""The job that makes a file of the audit log; runs on the queue ``reports``."""

from uuid import UUID


def make_export(code: str) -> None:
    """Make the file; doing it twice is harmless, and one that is gone is passed over."""
    from web.audit.exporting import make  # noqa: PLC0415 (the console never makes one)

    make(UUID(code))
