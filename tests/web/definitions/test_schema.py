"""The JSON Schema is served to everybody, at the address that it names."""

from django.conf import settings


def test_everybody_may_read_the_schema(client) -> None:
    response = client.get("/schemas/definition.json")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/schema+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.json()["$id"] == f"{settings.SITE_URL}/schemas/definition.json"


def test_the_schema_is_only_read(client) -> None:
    assert client.post("/schemas/definition.json").status_code == 405


def test_the_schema_travels_compressed_where_the_reader_takes_it(client) -> None:
    response = client.get("/schemas/definition.json", headers={"accept-encoding": "gzip"})

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.content) < 60_000


def test_a_form_finds_generators_by_family_with_metrics_as_examples(client) -> None:
    schema = client.get("/schemas/definition.json").json()

    walk = next(form for form in schema["$defs"]["Metric"]["oneOf"] if form["title"] == "walk")
    assert walk["x-family"] == "process"
    assert all("walk" in example for example in walk["examples"])
