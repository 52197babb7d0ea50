import gzip
import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from tests.web.drains.endpoints import Answer
from web.drains.documents import Line
from web.drains.senders.base import Failing, Load
from web.drains.senders.http import MOST_ANSWER, HttpSender
from web.platform.outgoing import waiting

SECRET = "a secret that signs"


def lines(count, size=20):
    return [
        Line(json.dumps({"n": n, "pad": "x" * size}).encode(), n, f"m{n}") for n in range(count)
    ]


@pytest.fixture
def make_sender(make_drain, endpoint):
    """Return a function that makes a sender to ``endpoint``; all are closed in the end."""
    made = []

    def make(*, secrets=None, within=60.0, **settings):
        drain = make_drain(settings={"url": f"{endpoint.url}/in?x=1", **settings}, secrets=secrets)
        made.append(HttpSender(drain, within=within))
        return made[-1]

    yield make
    for sender in made:
        sender.close()


def test_json_lines_go_as_one_request(make_sender, endpoint):
    refusals = make_sender().deliver(Load("a", "s", lines(3)))

    (request,) = endpoint.requests
    assert refusals == []
    assert request.path == "/in?x=1"
    assert request.raw == b"".join(line.data + b"\n" for line in lines(3))
    assert request.headers["Content-Type"] == "application/x-ndjson"
    assert request.headers["Mocklot-Records"] == "3"


def test_an_array_and_gzip_are_as_they_are_asked_for(make_sender, endpoint):
    make_sender(form="array", gzip=True).deliver(Load("a", "s", lines(3)))

    (request,) = endpoint.requests
    assert json.loads(gzip.decompress(request.raw)) == [json.loads(line.data) for line in lines(3)]
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Content-Encoding"] == "gzip"


def test_the_signature_is_that_of_the_time_and_the_body_as_it_was_sent(make_sender, endpoint):
    make_sender(gzip=True, secrets={"signing": SECRET}).deliver(Load("a", "s", lines(3)))

    (request,) = endpoint.requests
    parts = dict(part.split("=") for part in request.headers["Mocklot-Signature"].split(","))
    wanted = hmac.new(SECRET.encode(), f"{parts['t']}.".encode() + request.raw, sha256)
    assert parts["v1"] == wanted.hexdigest()
    assert abs(int(parts["t"]) - datetime.now(UTC).timestamp()) < 600


def test_the_authorization_is_sent_and_nothing_else_is_signed(make_sender, endpoint):
    make_sender(secrets={"authorization": "Bearer x.y"}).deliver(Load("a", "s", lines(1)))

    (request,) = endpoint.requests
    assert request.headers["Authorization"] == "Bearer x.y"
    assert "Mocklot-Signature" not in request.headers


def test_a_request_that_is_repeated_has_the_same_key_and_another_has_another(make_sender, endpoint):
    sender = make_sender()
    for name in ("a", "a", "b"):
        sender.deliver(Load(name, "s", lines(1)))

    keys = [request.headers["Idempotency-Key"] for request in endpoint.requests]
    assert keys[0] == keys[1] != keys[2]
    assert all(len(key) == 32 for key in keys)


def test_requests_are_cut_by_records_and_by_bytes(make_sender):
    sender = make_sender()

    by_count = [len(load.lines) for load in sender.cut("a", "s", lines(2_500))]
    by_size = [len(load.lines) for load in sender.cut("a", "s", lines(5, size=400_000))]

    assert by_count == [1_000, 1_000, 500]
    assert by_size == [2, 2, 1]
    assert [load.name for load in sender.cut("a", "s", lines(1_001))] == ["a/0", "a/1"]


@pytest.mark.parametrize("status", [401, 403, 404, 408, 410, 429, 500, 503])
def test_what_may_go_well_later_is_failing(make_sender, endpoint, status):
    endpoint.usual = Answer(status)

    with pytest.raises(Failing, match=f"The endpoint answered {status} "):
        make_sender().deliver(Load("a", "s", lines(2)))


def test_a_redirect_is_not_followed(make_sender, endpoint):
    endpoint.usual = Answer(302, {"Location": f"{endpoint.url}/elsewhere"})

    with pytest.raises(Failing, match=r"302 Found. Redirects are not followed"):
        make_sender().deliver(Load("a", "s", lines(2)))

    assert endpoint.connections == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_the_record_that_is_refused_is_found_and_the_others_are_taken(
    make_sender, endpoint, status
):
    endpoint.decide = lambda request: Answer(
        status if any(each["n"] in (3, 11) for each in request.documents) else 200
    )

    refusals = make_sender().deliver(Load("a", "s", lines(16)))

    assert [json.loads(r.lines[0].data)["n"] for r in refusals] == [3, 11]
    assert {len(refusal.lines) for refusal in refusals} == {1}
    assert sorted(each["n"] for each in endpoint.documents) == [
        n for n in range(16) if n not in (3, 11)
    ]


def test_the_search_for_what_is_refused_has_an_end(make_sender, endpoint):
    asked = []
    endpoint.decide = lambda request: asked.append(1) or Answer(422)

    refusals = make_sender().deliver(Load("a", "s", lines(1_000)))

    assert len(asked) <= 32 + 10  # and the halves that were open then
    assert sum(len(refusal.lines) for refusal in refusals) == 1_000


@pytest.mark.parametrize("way", ["hangs", "drips"])
def test_an_endpoint_that_does_not_answer_in_time_is_failing(make_sender, endpoint, way):
    endpoint.usual = Answer(**{way: True})

    with pytest.raises(Failing, match="did not answer in time"):
        make_sender(within=0.3).deliver(Load("a", "s", lines(1)))


def test_one_connection_serves_many_requests_and_one_that_was_closed_is_made_anew(
    make_sender, endpoint
):
    sender = make_sender()
    endpoint.answers.extend([Answer(), Answer(), Answer(204, closes=True)])
    for number in range(4):
        sender.deliver(Load(str(number), "s", lines(1)))

    assert (endpoint.connections, len(endpoint.requests)) == (2, 4)


@pytest.mark.parametrize(("extra", "connections"), [(0, 1), (1, 2)])
def test_a_long_answer_is_not_read_to_keep_its_connection(
    make_sender, endpoint, extra, connections
):
    sender = make_sender()
    endpoint.usual = Answer(body=b"x" * (MOST_ANSWER + extra))
    for number in range(2):
        sender.deliver(Load(str(number), "s", lines(1)))

    assert (endpoint.connections, len(endpoint.requests)) == (connections, 2)


def test_a_port_where_nobody_listens_is_said(make_drain):
    sender = HttpSender(make_drain(settings={"url": "http://127.0.0.1:1/"}))

    with pytest.raises(Failing, match=r"127\.0\.0\.1:1 refuses connections"):
        sender.deliver(Load("a", "s", lines(1)))


def test_a_name_that_leads_nowhere_is_said(make_drain):
    sender = HttpSender(make_drain(settings={"url": "http://nowhere.invalid/"}))

    with pytest.raises(Failing, match=r"There is no host of the name in nowhere\.invalid:80"):
        sender.deliver(Load("a", "s", lines(1)))


def test_what_speaks_no_tls_is_said(make_drain, endpoint):
    url = endpoint.url.replace("http:", "https:")
    sender = HttpSender(make_drain(settings={"url": url}), within=30.0)

    with pytest.raises(Failing, match="does not speak TLS"):
        sender.deliver(Load("a", "s", lines(1)))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, seconds):
    assert waiting(text, now=datetime(2026, 11, 23, 12, tzinfo=UTC)) == seconds
