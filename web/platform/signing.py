"""Signs requests to the object store with its own date, where this machine's is wrong.

Rule: a store refuses what was signed more than 15 min beside its date (``RequestTimeTooSkewed``),
and says in the same answer what that is. It is believed from then on, and the request sent again.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.auth import AUTH_TYPE_MAPS, SIGV4_TIMESTAMP, S3SigV4Auth

logger = logging.getLogger(__name__)

TOO_SKEWED = "RequestTimeTooSkewed"
SAME = timedelta(minutes=1)  # by which a date that was learned has to differ, to be worth a try


class StoreDate:
    """The date of the object store, as far as it has told. One for the process."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)  # of this machine's

    def now(self) -> datetime:
        """Return the store's date, aware."""
        return datetime.now(UTC) + self.ahead

    def learn(self, told: datetime) -> bool:
        """Believe what the store has told just now; False: that is what was believed anyway."""
        ahead = told - datetime.now(UTC)
        if abs(ahead - self.ahead) < SAME:
            return False
        logger.warning("the store has another date", extra={"seconds": ahead.total_seconds()})
        self.ahead = ahead
        return True


store_date = StoreDate()


class DatedAuth(S3SigV4Auth):
    """Signature version 4 with the store's date.

    Source: AWS, *Signature Version 4*: ``x-amz-date``, and the same moment in what is signed.
    """

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = store_date.now().strftime(SIGV4_TIMESTAMP)
        super()._modify_request_before_signing(request)  # type: ignore[misc]


def mind_dates(client: Any) -> None:
    """Have a client of the object store sign with its date, and learn it when it is refused."""
    AUTH_TYPE_MAPS["s3v4"] = DatedAuth
    client.meta.events.register("needs-retry.s3", _retry_with_date)


def _retry_with_date(response: tuple[Any, Mapping[str, Any]] | None, **_: Any) -> int | None:
    """Return 0, the s to wait before another try, where a date was learned; else None."""
    if response is None:
        return None
    answer = response[1]
    if answer.get("Error", {}).get("Code") != TOO_SKEWED:
        return None
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return 0 if date and store_date.learn(parsedate_to_datetime(date)) else None
