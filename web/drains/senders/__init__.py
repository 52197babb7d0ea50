"""What brings records to the other end, one module a kind."""

from web.drains.models import Drain, Kind
from web.drains.senders.base import Sender
from web.drains.senders.cloudwatch import CloudWatchSender
from web.drains.senders.http import HttpSender
from web.drains.senders.kinesis import KinesisSender
from web.drains.senders.s3 import S3Sender

SENDERS: dict[str, type[Sender]] = {
    Kind.S3: S3Sender,
    Kind.KINESIS: KinesisSender,
    Kind.CLOUDWATCH: CloudWatchSender,
    Kind.HTTP: HttpSender,
}


def sender_of(drain: Drain) -> Sender:
    """Return what sends to a drain; close it in the end.

    Raises:
        Failing: Its settings lead nowhere any more.
        SealBroken: Its secrets were sealed with a key that is gone.
    """
    return SENDERS[drain.kind](drain)
