"""Mails that come in: a secret, a limit, answers that stop a report, and letters that go on."""

import base64
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from web.mail import actions, ticks, tokens, uploads, wishes
from web.mail.incoming import Letter, is_proved, read
from web.mail.models import Event, Incoming, Mail, OptOut, Topic
from web.platform.logfmt import LogfmtFormatter
from web.reports.models import Standing
from web.reports.standing import actions as regular
from web.reports.standing import letters

SECRET = "a-long-secret-of-the-operators"
DOMAIN = "reply.example.org"
PATH = f"/hooks/mail/incoming/{SECRET}/"


@pytest.fixture(autouse=True)
def _inbound(settings):
    settings.MAIL_INBOUND_DOMAIN = DOMAIN
    settings.MAIL_INBOUND_SECRET = SECRET


@pytest.fixture
def standing(workspace, owner, teammate) -> Standing:
    report = Standing(workspace=workspace, name="Monthly", next_at=timezone.now())
    return regular.save_standing(report, subscribers=[owner, teammate], by=owner)


@pytest.fixture
def mail(standing, teammate) -> Mail:
    """Return the mail with which ``teammate`` got an edition."""
    return actions.post(
        teammate.email,
        "Monthly: March",
        "mail/edition",
        {},
        workspace=standing.workspace,
        thread=standing.thread,
        thread_name=standing.name,
    )


def fields(to: str, sender: str, text: str, **more: str) -> dict[str, str]:
    """Return the fields of a mail as the service's parser posts them."""
    name = more.pop("name", f"<{abs(hash((to, sender, text)))}@mail.example.org>")
    headers = more.pop("headers", "")
    return {
        "headers": f"Message-ID: {name}\nFrom: {sender}\nTo: {to}\n{headers}",
        "dkim": "{@example.org : pass}",
        "SPF": "pass",
        "to": to,
        "from": sender,
        "subject": "Re: Monthly: March",
        "text": text,
        "html": "",
        "sender_ip": "192.0.2.1",
        "envelope": json.dumps(
            {"to": [to], "from": sender.rsplit("<", maxsplit=1)[-1].rstrip(">")}
        ),
        "charsets": json.dumps({"to": "UTF-8", "text": "utf-8", "subject": "UTF-8"}),
        "attachments": "0",
        **more,
    }


def come_in(said: dict, path: str = PATH, **more) -> int:
    return Client().post(path, said, **more).status_code


def result() -> str:
    return Incoming.objects.latest("id").result


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop.",
        "Unsubscribe\n\n-- \nTarou",
        "\n\nStop!\n\nOn Mon, 29 Mar 2027, Mocklot <no-reply@x> wrote:\n> March",
    ],
)
def test_an_answer_of_one_word_stops_the_report_for_who_got_it(mail, standing, teammate, text):
    reply = tokens.address_of("reply", mail.code)

    assert come_in(fields(reply, "Tarou <tarou.private@elsewhere.example>", text)) == 204

    assert wishes.opt_out_of(teammate.email, Topic.REPORT, standing.thread).how == "reply"
    assert result() == f"{teammate.email} gets no more of “Monthly”."


def test_the_mail_to_unsubscribe_that_a_mail_program_writes_stops_it_too(mail, teammate):
    reply = tokens.address_of("reply", mail.code)

    come_in(fields(reply, teammate.email, "", subject="unsubscribe"))

    assert OptOut.objects.get().address == teammate.email


def test_a_mail_program_may_write_addresses_in_capitals(mail, teammate):
    come_in(fields(tokens.address_of("reply", mail.code).upper(), teammate.email, "STOP"))

    assert OptOut.objects.exists()


def test_stop_all_stops_every_regular_report(mail, teammate):
    come_in(fields(tokens.address_of("reply", mail.code), teammate.email, "Stop all"))

    assert (OptOut.objects.get().thread, OptOut.objects.get().topic) == ("", Topic.REPORT)


def test_start_gets_it_again(mail, teammate, standing):
    reply = tokens.address_of("reply", mail.code)
    come_in(fields(reply, teammate.email, "STOP"))

    come_in(fields(reply, teammate.email, "START"))

    assert not OptOut.objects.exists()


def test_other_words_go_to_who_makes_the_report_without_what_was_quoted(mail, owner, teammate):
    text = "The 12th looks wrong, does it not?\n\nOn Mon, Mocklot wrote:\n> 6 lines"

    come_in(fields(tokens.address_of("reply", mail.code), f"Tarou <{teammate.email}>", text))

    letter = Mail.objects.get(topic=Topic.LETTER)
    assert (letter.to, letter.subject) == (owner.email, "Tarou on Monthly")
    assert "The 12th looks wrong, does it not?" in letter.text
    assert "6 lines" not in letter.text
    assert teammate.email in letter.text
    assert result() == "Passed on to who makes the report: 1."


def test_an_editors_words_to_the_report_go_to_all_who_get_it(standing, owner, teammate):
    address = letters.address_of(standing)

    come_in(fields(address, f"Olga <{owner.email}>", "From April on by week, is that fine?"))

    assert [mail.to for mail in Mail.objects.filter(topic=Topic.LETTER)] == [teammate.email]


@pytest.mark.parametrize("who", ["stranger", "viewer"])
def test_nobody_else_writes_to_all(standing, request, who):
    sender = request.getfixturevalue(who).email

    come_in(fields(letters.address_of(standing), sender, "Buy this"))

    assert not Mail.objects.exists()
    assert result().startswith("Only an editor")


def test_an_editor_whose_mail_nobody_stands_for_does_not_write_to_all(standing, owner):
    address = letters.address_of(standing)

    come_in(fields(address, owner.email, "Buy this", dkim="none", SPF="softfail"))

    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    "headers",
    ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"],
)
def test_what_a_program_answers_goes_to_nobody(mail, teammate, headers):
    reply = tokens.address_of("reply", mail.code)

    come_in(fields(reply, teammate.email, "I am away until Monday.", headers=f"{headers}\n"))

    assert not Mail.objects.filter(topic=Topic.LETTER).exists()
    assert "written by a program" in result()


def test_a_bounce_goes_to_nobody(mail, teammate):
    reply = tokens.address_of("reply", mail.code)
    envelope = json.dumps({"to": [reply], "from": ""})

    come_in(fields(reply, "MAILER-DAEMON@example.org", "Not delivered", envelope=envelope))

    assert not Mail.objects.filter(topic=Topic.LETTER).exists()


def test_a_mail_that_comes_twice_is_done_once(mail, owner, teammate):
    said = fields(tokens.address_of("reply", mail.code), teammate.email, "Thanks!")

    assert [come_in(said), come_in(said)] == [204, 204]

    assert Mail.objects.filter(topic=Topic.LETTER).count() == 1
    assert Incoming.objects.count() == 1


def test_not_more_than_so_many_letters_go_out_in_an_hour(mail, teammate, monkeypatch):
    monkeypatch.setattr(letters, "MOST_IN_AN_HOUR", 2)
    reply = tokens.address_of("reply", mail.code)

    for number in range(4):
        come_in(fields(reply, teammate.email, f"Number {number}"))

    assert Mail.objects.filter(topic=Topic.LETTER).count() == 2
    assert "More than 2" in result()


def test_an_answer_to_a_report_that_is_gone_is_told_apart(mail, standing, owner, teammate):
    regular.delete_standing(standing, by=owner)

    come_in(fields(tokens.address_of("reply", mail.code), teammate.email, "Hello"))

    assert result() == "The report is not there any more."


def forged(mail: Mail) -> list[str]:
    good = tokens.address_of("reply", mail.code)
    local = good.partition("@")[0]
    return [
        f"reply@{DOMAIN}",
        f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{DOMAIN}",
        good.replace("reply-", "report-"),
        f"{local}@elsewhere.example",
        f"reply-{'ü' * 42}@{DOMAIN}",
        f"reply-{'1' * 42}@{DOMAIN}",
        "",
    ]


def test_an_address_that_we_did_not_give_out_does_nothing(mail, teammate):
    for number, address in enumerate(forged(mail)):
        said = fields(address, teammate.email, "STOP", name=f"<{number}@x>")
        assert come_in(said) == 204
        assert result() == "It was not sent to an address that we gave out."

    assert not OptOut.objects.exists()


@pytest.mark.parametrize(
    "path", ["/hooks/mail/incoming/", "/hooks/mail/incoming/wrong/", f"{PATH[:-2]}/"]
)
def test_without_the_secret_nothing_is_taken(db, path):
    assert come_in(fields("a@b.cc", "c@d.ee", "STOP"), path) == 404

    assert not Incoming.objects.exists()


def test_without_a_secret_of_our_own_nothing_is_taken(db, settings):
    settings.MAIL_INBOUND_SECRET = ""

    assert come_in(fields("a@b.cc", "c@d.ee", "STOP"), "/hooks/mail/incoming/") == 404


def test_the_secret_may_be_the_password_of_the_address(db):
    coded = base64.b64encode(f"mail:{SECRET}".encode()).decode()

    status = come_in(
        fields("a@b.cc", "c@d.ee", "STOP"),
        "/hooks/mail/incoming/",
        headers={"Authorization": f"Basic {coded}"},
    )

    assert status == 204


def test_the_secret_is_in_no_line_of_the_log(db, caplog):
    caplog.set_level("INFO")
    come_in(fields("a@b.cc", "c@d.ee", "STOP"))
    come_in({"text": "x" * 3_000_000})

    said = "\n".join(LogfmtFormatter().format(each) for each in caplog.records)
    assert "path=/hooks/mail/incoming/" in said
    assert SECRET not in said


def test_a_mail_that_is_too_large_is_refused(mail, monkeypatch):
    monkeypatch.setattr("web.mail.hook_views.MOST_BYTES", 1_000)

    assert come_in({"text": "x" * 1_000}) == 413


def test_attachments_are_read_past_and_kept_nowhere(mail, teammate, monkeypatch):
    kept: list[int] = []
    taken = uploads.Passed.receive_data_chunk
    monkeypatch.setattr(
        uploads.Passed,
        "receive_data_chunk",
        lambda self, data, start: kept.append(len(data)) or taken(self, data, start),
    )
    said = fields(tokens.address_of("reply", mail.code), teammate.email, "STOP")

    come_in(said | {"attachment1": SimpleUploadedFile("a.bin", b"x" * 300_000)})

    assert sum(kept) == 300_000
    assert OptOut.objects.exists()


def test_each_field_is_read_in_its_own_character_set(db, rf):
    boundary = "b"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n'.encode()
        + "Größe".encode("latin-1")
        + f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="charsets"\r\n\r\n'.encode()
        + b'{"text": "iso-8859-1", "subject": "no-such"}'
        + f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="subject"\r\n\r\nü'.encode()
        + f"\r\n--{boundary}--\r\n".encode()
    )
    request = rf.post("/", body, content_type=f"multipart/form-data; boundary={boundary}")

    said = uploads.fields_of(request, uploads.Posted(request, timestamp=""))

    assert (said["text"], said["subject"]) == ("Größe", "ü")


@pytest.mark.parametrize(
    ("dkim", "spf", "came_from", "is_good"),
    [
        ("{@example.org : pass}", "none", "bounces@mailer.example", True),
        ("{@other.org : pass, @example.org : pass}", "fail", "", True),
        ("{@other.org : pass}", "fail", "anna@example.org", False),
        ("{@example.org : fail}", "softfail", "anna@example.org", False),
        ("none", "pass", "bounces@Example.Org", True),
        ("none", "pass", "mallory@other.org", False),
        ("none", "pass", "anna@example.org.other.org", False),
        ("none", "pass", "", False),
        ("", "", "anna@example.org", False),
    ],
)
def test_a_sender_is_proved_by_its_own_domain_alone(dkim, spf, came_from, is_good):
    assert is_proved("anna@Example.org", came_from, dkim=dkim, spf=spf) == is_good


def test_who_sends_from_a_domain_of_their_own_in_an_editors_name_does_not_write_to_all(
    standing, owner
):
    address = letters.address_of(standing)
    envelope = json.dumps({"to": [address], "from": "mallory@other.org"})

    come_in(fields(address, owner.email, "Buy this", dkim="{@other.org : pass}", envelope=envelope))

    assert not Mail.objects.exists()


def test_of_a_mail_without_a_plain_part_the_html_is_read():
    letter = read({"html": "<p>STOP</p>", "from": "a@b.cc"})

    assert letter.word == "stop"


def test_what_is_missing_is_empty():
    letter = read({})

    assert letter == Letter(
        sender="",
        sender_name="",
        to=(),
        subject="",
        text="",
        name="",
        is_automatic=True,
        is_proved=False,
    )


def test_old_letters_are_forgotten(db):
    Incoming.objects.create(name="x", to="y", at=timezone.now() - ticks.KEEP - timedelta(days=1))

    ticks.forget()

    assert not Incoming.objects.exists()


def test_old_events_of_mails_that_nobody_knows_are_forgotten(db):
    long_ago = timezone.now() - ticks.KEEP - timedelta(days=1)
    for name, heard in (("old", long_ago), ("new", timezone.now())):
        Event.objects.create(name=name, to="a@b.example", kind="x", at=long_ago, heard=heard)

    ticks.forget()

    assert [event.name for event in Event.objects.all()] == ["new"]
