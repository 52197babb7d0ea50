"""Sending to a CloudWatch log group: a log stream for each shard of a run, events in order of time.

Rule: what CloudWatch refuses of a batch (too old, too new) is refused for good. Source:
PutLogEvents.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from web.drains.documents import Line
from web.drains.models import Drain
from web.drains.senders.aws import client_of, code_of, told
from web.drains.senders.base import Limits, LineSender, Load, Refusal, Time, parted, parts

NAME = "CloudWatch"
SPAN = 24 * 60 * 60 * 1_000_000  # µs between the first and the last event of a batch
MILLISECOND = 1_000  # µs
TOO_LONG = "A record of {size:,} bytes is larger than the 256 kB that CloudWatch takes."
TOO_OLD = "CloudWatch says that the records are too old: 14 days, or the group's retention."
TOO_NEW = "CloudWatch says that the records are more than two hours in the future."
MISSING = {"ResourceNotFoundException": "has no such log group in this region"}


class CloudWatchSender(LineSender):
    """One client, for one log group."""

    limits = Limits(lines=10_000, size=1_048_576, extra=26, line=262_144)

    def __init__(self, drain: Drain, *, time: Time | None = None) -> None:
        super().__init__(drain, time=time)
        self.client = client_of("logs", drain.settings, drain.secrets)
        self.group = drain.settings["group"]
        self._streams: set[str] = set()  # that are known to be there

    def cut(self, name: str, stream: str, lines: Sequence[Line]) -> Iterator[Load]:
        ordered = sorted(lines, key=lambda line: line.at)
        number = 0
        for near in spans(ordered):
            for part in parts(near, self.limits):
                yield Load(f"{name}/{number}", stream, part)
                number += 1

    def deliver(self, load: Load) -> list[Refusal]:
        fit, refusals = parted(load.lines, self.limits.longest, TOO_LONG)
        if not fit:
            return refusals
        self._make_stream(load.stream)
        events = [
            {"timestamp": line.at // MILLISECOND, "message": line.data.decode()} for line in fit
        ]
        with told(NAME, MISSING):
            answer = self.client.put_log_events(
                logGroupName=self.group, logStreamName=load.stream, logEvents=events
            )
        return [*refusals, *rejected(fit, answer.get("rejectedLogEventsInfo") or {})]

    def _make_stream(self, stream: str) -> None:
        """Make the log stream; one that is there is as good."""
        if stream in self._streams:
            return
        with told(NAME, MISSING):
            try:
                self.client.create_log_stream(logGroupName=self.group, logStreamName=stream)
            except ClientError as error:
                if code_of(error) != "ResourceAlreadyExistsException":
                    raise
        self._streams.add(stream)


def spans(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield lines in order of time, so that each list spans at most ``SPAN``."""
    near: list[Line] = []
    for line in lines:
        if near and line.at - near[0].at > SPAN:
            yield near
            near = []
        near.append(line)
    if near:
        yield near


def rejected(lines: Sequence[Line], info: dict[str, Any]) -> list[Refusal]:
    """Return what an answer says that was refused of a batch.

    Its ends are behind the last that is too old or expired, its beginning is the first too new.
    """
    old = max(info.get("tooOldLogEventEndIndex", 0), info.get("expiredLogEventEndIndex", 0))
    new = info.get("tooNewLogEventStartIndex", len(lines))
    found = [Refusal(lines[:old], TOO_OLD), Refusal(lines[new:], TOO_NEW)]
    return [refusal for refusal in found if refusal.lines]
