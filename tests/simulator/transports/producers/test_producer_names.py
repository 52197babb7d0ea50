"""What a topic of a definition becomes at each broker, and what no broker takes."""

import pytest
from aiokafka.errors import KafkaConnectionError, NotEnoughReplicasError
from pydantic import ValidationError

from simulator.errors import DefinitionError
from simulator.lot import target_of
from simulator.transports import Parcel
from simulator.transports.producers import Consignment, amqp, kafka, kinesis, nats
from simulator.transports.producers.producer import dotted, headers_of
from simulator.transports.producers.words import spelled, words_of


def made(protocol: str, **words: object):
    return target_of({"protocol": protocol, "host": "h", "port": 1, **words})


@pytest.mark.parametrize(
    ("address", "name"), [("a/b/c", "a.b.c"), ("/a/b/", "a.b"), ("a", "a"), ("a.b/c", "a.b.c")]
)
def test_slashes_become_dots(address: str, name: str) -> None:
    assert dotted(address) == name


@pytest.mark.parametrize("address", ["", "/", "a//b"])
def test_an_empty_level_is_refused(address: str) -> None:
    with pytest.raises(DefinitionError, match="topic must have no empty level"):
        dotted(address)


def test_a_name_that_the_target_gives_goes_over_the_topic() -> None:
    assert kafka.topic_of(made("kafka", topic="all"), "a/b") == "all"
    assert amqp.routing_key(made("amqp", routing_key="all"), "a/b") == "all"
    assert nats.subject_of(made("nats", subject="all"), "a/b") == "all"


@pytest.mark.parametrize("address", ["a b", "ä", "x" * 250, ".", ".."])
def test_kafka_has_few_characters(address: str) -> None:
    with pytest.raises(DefinitionError, match="a topic of Kafka has letters"):
        kafka.topic_of(made("kafka"), address)


@pytest.mark.parametrize("address", ["a/*", "a/>", "a\tb", "a./b"])
def test_nats_has_no_wildcards_and_no_blanks(address: str) -> None:
    with pytest.raises(DefinitionError, match="a subject of NATS has levels"):
        nats.subject_of(made("nats"), address)


def test_headers_and_user_properties_go_in_one() -> None:
    parcel = Parcel(0, "a", b"", headers={"a": "1", "b": "2"}, properties={"b": "3"})

    assert headers_of(parcel) == {"a": "1", "b": "3"}
    assert headers_of(Parcel(0, "a", b"")) == {}


@pytest.mark.parametrize(
    ("host", "region", "expected"),
    [
        ("kinesis.eu-west-1.amazonaws.com", "", "eu-west-1"),
        ("kinesis-fips.us-west-2.amazonaws.com", "", "us-west-2"),
        ("kinesis.eu-west-1.amazonaws.com", "ap-south-1", "ap-south-1"),
        ("127.0.0.1", "", "us-east-1"),
        ("localhost", "", "us-east-1"),
    ],
)
def test_the_region_of_kinesis_is_in_its_host(host: str, region: str, expected: str) -> None:
    target = target_of({"protocol": "kinesis", "host": host, "port": 1, "region": region})

    assert kinesis.region_of(target) == expected


def test_a_request_of_kinesis_is_no_larger_than_it_takes() -> None:
    many = [Consignment(Parcel(0, "a", b"x" * 1_000_000), f"m{n}") for n in range(12)]

    split = list(kinesis.requests(many))

    assert [len(request) for request in split] == [5, 5, 2]
    assert [each for request in split for each in request] == many
    assert list(kinesis.requests([])) == []


def test_a_sender_without_an_id_has_a_partition_all_the_same() -> None:
    assert kinesis.key_of(7, "") == "row-7"
    assert kinesis.key_of(7, "x" * 300) == "x" * 256


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NotEnoughReplicasError", "not enough replicas"),
        ("ProvisionedThroughputExceededException", "provisioned throughput exceeded"),
        ("AccessDenied", "access denied"),
        ("KMSThrottlingException", "kms throttling"),
        ("Error", "error"),
    ],
)
def test_the_name_of_an_error_is_spelled(name: str, words: str) -> None:
    assert spelled(name) == words


def test_an_error_of_the_road_has_the_words_that_all_protocols_have() -> None:
    assert words_of(ConnectionRefusedError(111, "x"), "Kafka") == "connection refused"
    assert words_of(NotEnoughReplicasError(), "Kafka") == "Kafka: not enough replicas"
    assert "10.0.0.1" not in kafka._words(KafkaConnectionError("10.0.0.1:9092"))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"websocket": {}}, "websocket: kafka is not spoken inside of WebSocket here"),
        ({"sources": ["127.0.0.1"]}, "sources: a client of kafka chooses its own address"),
        ({"servers": ["no port"]}, "String should match pattern"),
        ({"tls": {"server_name": "x"}}, "tls: a client of kafka asks for the host's own name"),
    ],
)
def test_what_the_client_of_kafka_cannot_do_is_refused(words: dict[str, object], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        made("kafka", **words)


def test_what_boto3_cannot_do_is_refused() -> None:
    with pytest.raises(ValidationError, match="tls: Kinesis is held against the system's"):
        made("kinesis", tls={"ca": "x"})
