"""``python -m tests.chaos.store``: the tests' object store, made to say so when it cannot write.

Rule: it is the same program with the same environment. By itself it logs that an object is not on
its disk, keeps it in memory, and answers that all is well; any other store answers with an error.
"""

import logging
import sys
from typing import Any

from ministack.app import main
from ministack.services import s3

NOT_ON_DISK = "Failed to persist S3 object "


class NotWritten(OSError):
    """An object is not on the disk; it is answered with 500."""


class Honest(logging.Filter):
    """Makes an error of what is only logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if text.startswith(NOT_ON_DISK):
            raise NotWritten(text)
        return True


def run() -> Any:
    """Run the store until it is told to end."""
    s3.logger.addFilter(Honest())
    return main()


if __name__ == "__main__":
    sys.exit(run())
