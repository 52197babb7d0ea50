"""Publishing to Kinesis Data Streams, by boto3 in a few threads.

Rule: a request that was written is never written again, so the library's own retries are off; a
record that Kinesis did not take fails with Kinesis' own error in words. Source: PutRecords.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    EndpointConnectionError,
    HTTPClientError,
)

from simulator.errors import (
    DefinitionError,
    ProtocolViolation,
    Refused,
    TargetError,
    Unreachable,
)
from simulator.lot.kinesis import KinesisTarget
from simulator.transports.gate import Gate, forbidden_of, gate_here
from simulator.transports.parcel import shown
from simulator.transports.pools import NO_PROXIES, hold_client
from simulator.transports.producers.producer import Consignment, Producer, dotted
from simulator.transports.producers.words import spelled

THREADS = 4  # requests at once; each takes 500 records
CONNECT_WITHIN = 10.0  # s
MAX_REQUEST = 5 * 1_048_576  # bytes of records and their keys
MAX_RECORD = 1_048_576  # bytes of a record and its key; since 2025 a stream may be set to more
MAX_KEY = 256  # characters of a partition key

_FAILURES = (BotoCoreError, ClientError)
# What the library raises of an answer that is JSON of another shape.
_NONSENSE = (AttributeError, KeyError, TypeError, ValueError)
# Who may put records need not be allowed to ask about the stream.
_NOT_TOLD = {"AccessDeniedException", "AccessDenied"}
Result = TypeVar("Result")


class KinesisProducer(Producer[KinesisTarget]):
    """One client, and the threads in which its requests wait for their answers."""

    at_once = 500  # records of a request at most
    _client: Any = None
    _threads: ThreadPoolExecutor | None = None

    async def open(self) -> None:
        self.linger = self.target.linger
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kinesis")
        if not (self.identity.username and shown(self.identity.password)):
            # Without them the library would look for those of the tower itself.
            raise DefinitionError("Kinesis needs an access key: its id as user name, its secret as "
                                  "password")  # fmt: skip
        try:
            self._client = await self._in_thread(partial(self._make_client, gate_here()))
            await self._in_thread(self._ask)
        except _FAILURES as error:
            raise _refusal(error) from None

    def _make_client(self, gate: Gate) -> Any:
        target = self.target
        client = boto3.session.Session().client(
            "kinesis",
            endpoint_url=f"{'https' if target.tls else 'http'}://{target.address}",
            region_name=region_of(target),
            aws_access_key_id=self.identity.username,
            aws_secret_access_key=shown(self.identity.password),
            aws_session_token=shown(self.identity.token) or None,
            verify=target.tls.verify if target.tls else None,
            config=Config(
                connect_timeout=CONNECT_WITHIN,
                read_timeout=target.acknowledge_within,
                retries={"total_max_attempts": 1},
                max_pool_connections=THREADS,
                proxies=NO_PROXIES,
            ),
        )
        return hold_client(client, gate)

    def _ask(self) -> None:
        """Make sure that there is a stream; in a thread."""
        try:
            if self.target.stream:
                self._client.describe_stream_summary(StreamName=self.target.stream)
            else:
                self._client.list_streams(Limit=1)
        except ClientError as error:
            if _code(error) not in _NOT_TOLD:
                raise

    async def _in_thread(self, call: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except _NONSENSE:
            raise ProtocolViolation("Kinesis: an answer that is none of Kinesis") from None

    async def hand_over(self, consignments: Sequence[Consignment]) -> None:
        fit = []
        for consignment in consignments:
            try:
                fit.append((stream_of(self.target, consignment), consignment))
            except DefinitionError as error:
                self.settle(consignment.parcel, str(error))
        fit.sort(key=lambda each: each[0])  # keeps the order of each stream
        for stream, each in groupby(fit, key=lambda each: each[0]):
            for request in requests([consignment for _, consignment in each]):
                self.begin(self._put(stream, request))

    async def _put(self, stream: str, consignments: Sequence[Consignment]) -> None:
        records = [
            {"Data": parcel.payload, "PartitionKey": key_of(parcel.row, sender)}
            for parcel, sender in consignments
        ]
        try:
            answer = await self._in_thread(
                partial(self._client.put_records, StreamName=stream, Records=records)
            )
        except (*_FAILURES, TargetError) as error:
            for parcel, _ in consignments:
                self.settle(parcel, _words(error))
            if isinstance(error, ConnectionError | HTTPClientError):
                self.lost(_words(error))
            return
        for (parcel, _), reason in zip(
            consignments, outcomes(answer, len(consignments)), strict=True
        ):
            self.settle(parcel, reason)

    async def close(self) -> None:
        self.cancel_begun()
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)
        if self._client:
            self._client.close()  # its kept connections; else they stand until it is collected


def region_of(target: KinesisTarget) -> str:
    """Return the region that requests are signed for; of an endpoint without a name, the first."""
    parts = target.host.split(".")
    named = parts[1] if len(parts) > 2 and parts[0].startswith("kinesis") else "us-east-1"
    return target.region or named


def stream_of(target: KinesisTarget, consignment: Consignment) -> str:
    """Return the stream of a message. Raises DefinitionError when Kinesis cannot take it."""
    size = len(consignment.parcel.payload) + MAX_KEY
    if size > MAX_RECORD:
        raise DefinitionError(f"a record of Kinesis has at most {MAX_RECORD - MAX_KEY:,} bytes")
    stream = target.stream or dotted(consignment.parcel.address)
    if not stream.replace("_", "").replace("-", "").replace(".", "").isalnum() or len(stream) > 128:
        raise DefinitionError(f"Kinesis has no stream of that name: {stream[:80]!r}")
    return stream


def key_of(row: int, sender: str) -> str:
    """Return the partition key of a sender; one without an id has its row."""
    return sender[:MAX_KEY] or f"row-{row}"


def requests(consignments: Sequence[Consignment]) -> Iterator[list[Consignment]]:
    """Split them into requests that are not too large, in their order."""
    request: list[Consignment] = []
    total = 0
    for each in consignments:
        size = len(each.parcel.payload) + MAX_KEY
        if request and total + size > MAX_REQUEST:
            yield request
            request, total = [], 0
        request.append(each)
        total += size
    if request:
        yield request


def outcomes(answer: Mapping[str, Any], count: int) -> list[str]:
    """Return why each of ``count`` records was not taken; empty for one that was."""
    results = answer.get("Records") or ()
    if len(results) != count:
        return ["Kinesis: an answer that has not a result for each record"] * count
    return [_outcome(result or {}) for result in results]


def _outcome(result: Mapping[str, Any]) -> str:
    if code := result.get("ErrorCode"):
        return f"Kinesis refused: {spelled(str(code))}"
    if not result.get("SequenceNumber"):
        return "Kinesis: a result that has neither a sequence number nor an error"
    return ""


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _refusal(error: Exception) -> Refused | Unreachable:
    return Refused(_words(error)) if isinstance(error, ClientError) else Unreachable(_words(error))


def _words(error: Exception) -> str:
    if isinstance(error, TargetError):
        return str(error)
    if forbidden := forbidden_of(error):
        return str(forbidden)
    if isinstance(error, ClientError):
        code = _code(error)  # a status, where the answer names no error
        return f"Kinesis refused: {f'HTTP {code}' if code.isdigit() else spelled(code)}"
    if isinstance(error, EndpointConnectionError):
        return "Kinesis: the endpoint cannot be reached"
    return f"Kinesis: {spelled(type(error).__name__)}"
