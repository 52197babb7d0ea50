"""What Kinesis answers to a request of several records, and what is no such answer."""

from typing import Any

import pytest

from simulator.transports.producers.kinesis import outcomes

TAKEN = {"SequenceNumber": "1", "ShardId": "s"}
SHORT = "Kinesis: an answer that has not a result for each record"
NEITHER = "Kinesis: a result that has neither a sequence number nor an error"


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        ({"Records": [TAKEN, TAKEN]}, ["", ""]),
        (
            {"Records": [TAKEN, {"ErrorCode": "ProvisionedThroughputExceededException"}]},
            ["", "Kinesis refused: provisioned throughput exceeded"],
        ),
        (
            {"Records": [{"ErrorCode": "InternalFailure"}, {"ErrorCode": "KMSAccessDenied"}]},
            ["Kinesis refused: internal failure", "Kinesis refused: kms access denied"],
        ),
        ({}, [SHORT, SHORT]),
        ({"Records": None}, [SHORT, SHORT]),
        ({"Records": [TAKEN]}, [SHORT, SHORT]),
        ({"Records": [TAKEN] * 3}, [SHORT, SHORT]),
        ({"Records": [TAKEN, {}]}, ["", NEITHER]),
        ({"Records": [None, TAKEN]}, [NEITHER, ""]),
    ],
)
def test_each_record_has_its_own_end(answer: dict[str, Any], reasons: list[str]) -> None:
    assert outcomes(answer, 2) == reasons
