import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

import simulator
from web.definitions import drafting
from web.definitions.models import Definition

PAYLOADS = '{"id": "a1", "temp": 20.5, "n": 1}\n{"id": "a1", "temp": 20.9, "n": 2}\n'
RECORDING = "time,level\n" + "".join(
    f"2026-01-01T{hour:02d}:{minute:02d}:00Z,{10 + hour % 7 + minute / 60}\n"
    for hour in range(24)
    for minute in (0, 30)
)
SCHEMA = json.dumps(
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"speed": {"type": "number", "minimum": 0, "maximum": 90}},
    }
)


@pytest.mark.parametrize("text", [PAYLOADS, RECORDING, SCHEMA], ids=["payloads", "csv", "schema"])
def test_what_is_pasted_becomes_a_sound_definition_with_notes(text):
    draft = drafting.draft_of(text, name="Made")

    assert simulator.parse(draft.text).name == "Made"
    assert draft.notes


def test_a_recording_is_charted_beside_its_simulation():
    [chart] = drafting.draft_of(RECORDING, name="Tank").charts

    assert chart.column == "level"
    assert chart.recorded.startswith("M0.0 ")
    assert chart.recorded != chart.simulated
    assert chart.figures.startswith("mean 13 and 13.")


def test_a_whole_definition_is_taken_as_it_is(sound):
    assert drafting.draft_of(sound, name="").text == sound
    assert simulator.parse(drafting.draft_of(sound, name="Other").text).name == "Other"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "The text: not JSON"),
        ("[1]", "The text: needs a JSON object"),
        ("x" * (drafting.MOST_CHARACTERS + 1), "At most 500,000 characters"),
    ],
)
def test_what_nothing_can_be_made_of_says_why(text, said):
    with pytest.raises(drafting.DraftError, match=said):
        drafting.draft_of(text, name="X")


@pytest.mark.parametrize("text", ["a,b\n1,2\n3,4\n", "a;b\n1;2\n3;4\n", "a\tb\n1\t2\n3\t4\n"])
def test_a_table_is_told_by_its_cells(text):
    assert drafting.is_table(text)


@pytest.mark.parametrize("text", [PAYLOADS, "a\nb\nc\n", "a,b\n1\n2,3,4\n", ""])
def test_other_text_is_no_table(text):
    assert not drafting.is_table(text)


def test_a_draft_is_shown_and_nothing_is_stored(client_of, teammate, workspace):
    address = reverse("definitions:draft", args=[workspace.code])

    answer = client_of(teammate).post(address, {"sample": PAYLOADS}, headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert "What was guessed" in page
    assert "<html" not in page
    assert not Definition.objects.exists()


def test_a_draft_without_javascript_is_a_page_that_keeps_the_text(client_of, teammate, workspace):
    address = reverse("definitions:draft", args=[workspace.code])

    page = client_of(teammate).post(address, {"sample": PAYLOADS, "name": "Oven"}).content.decode()

    assert "What it makes" in page
    assert "20.9" in page
    assert 'value="Oven"' in page


def test_a_definition_is_made_from_a_file(client_of, teammate, workspace):
    file = SimpleUploadedFile("tank.csv", RECORDING.encode())
    posted = {"name": "Tank", "starter": "sample", "file": file}

    client_of(teammate).post(reverse("definitions:create", args=[workspace.code]), posted)

    assert "level" in Definition.objects.get().text


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "This is no text in UTF-8."), (b" " * (2 * 1024**2 + 1), "at most 2 MB")],
)
def test_a_file_that_cannot_be_taken_says_why(client_of, teammate, workspace, content, said):
    posted = {"name": "T", "starter": "sample", "file": SimpleUploadedFile("x.json", content)}

    answer = client_of(teammate).post(reverse("definitions:create", args=[workspace.code]), posted)

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_ready_device_gives_its_name(client_of, teammate, workspace):
    posted = {"name": "", "starter": "smart-meter"}

    client_of(teammate).post(reverse("definitions:create", args=[workspace.code]), posted)

    assert Definition.objects.get().name == "Smart meter"
