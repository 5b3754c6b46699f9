"""The email channel against real mail servers on loopback."""

from __future__ import annotations

import asyncio
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from alerts.channels.email import Email, EmailSettings, send
from alerts.wording import shown_time
from archive.model import Outcome
from tests.alerts.mailserver import DROP, HANG, Letterbox, mailserver
from tests.alerts.samples import alert, item, ready, span

A, B, C = "a@example.org", "b@example.org", "c@example.org"


def settings(port: int = 25, **changes: Any) -> EmailSettings:
    values = {
        "name": "desk",
        "to": [A, B, C],
        "from": "Khabardar <khabardar@example.org>",
        "server": f"smtp://127.0.0.1:{port}",
        "timeout": "20s",
    }
    return EmailSettings.model_validate(values | changes)


def zone() -> ZoneInfo:
    return ZoneInfo("Asia/Karachi")


async def test_one_mail_reaches_all_recipients_and_reads_back_as_it_was_meant() -> None:
    """Headers, both parts, one Message-ID for the delivery."""
    async with mailserver() as box:
        told = await send(settings(box.port), ready(), "Asia/Karachi")
    assert told.outcome is Outcome.SENT
    assert told.reached == (A, B, C)
    assert told.answer == "250 taken"
    ((recipients, _),) = box.taken
    assert recipients == (A, B, C)
    (mail,) = box.received_by(A)
    assert mail["Message-ID"] == "<delivery-1@example.org>"
    assert mail["Subject"] == "[japan-automotive] Pakistan and Japan agree on an automotive training centre"
    assert mail["From"] == "Khabardar <khabardar@example.org>"
    assert mail["To"] == "a@example.org, b@example.org, c@example.org"
    assert mail["Date"].datetime.isoformat() == "2025-08-15T13:04:12+00:00"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert mail.get_content_type() == "multipart/alternative"
    assert "*Japan*" in text.get_content()
    assert ">Japan</mark>" in html.get_content()
    assert shown_time("2025-08-15T13:00:00Z", zone()) in text.get_content()


async def test_a_recipient_refused_for_good_ends_the_rest_is_reached_and_nobody_gets_it_twice() -> None:
    """One of three does not exist; another is greylisted and comes later."""
    box = Letterbox(rcpt={B: ["550 5.1.1 no such mailbox"], C: ["451 4.7.1 come back later", "250 now yes"]})
    async with mailserver(box):
        first = await Email(settings(box.port), zone()).send(ready())
        after_a_restart = Email(settings(box.port), zone())
        second = await after_a_restart.send(ready(reached=first.reached, refused=first.refused, tries=1))
    assert first.outcome is Outcome.RETRY
    assert first.reached == (A,)
    assert first.refused == {B: "550 5.1.1 no such mailbox"}
    assert "b@example.org (550 5.1.1 no such mailbox)" in first.answer
    assert "c@example.org (451 4.7.1 come back later)" in first.answer
    assert second.outcome is Outcome.GAVE_UP
    assert second.reached == (A, C)
    assert second.answer == "sent to 2 of 3; refused for good: b@example.org (550 5.1.1 no such mailbox)"
    assert [len(box.received_by(one)) for one in (A, B, C)] == [1, 0, 1]
    assert box.asked == [A, B, C, C]
    (one,), (other,) = box.received_by(A), box.received_by(C)
    assert one["Message-ID"] == other["Message-ID"]


async def test_recipients_beyond_what_a_server_takes_at_once_come_with_the_next_try() -> None:
    """452, and 552 as older servers say."""
    box = Letterbox(rcpt={B: ["452 too many recipients", "250 yes"], C: ["552 too many recipients", "250 yes"]})
    async with mailserver(box):
        first = await send(settings(box.port), ready())
        second = await send(settings(box.port), ready(reached=first.reached))
    assert (first.outcome, first.reached) == (Outcome.RETRY, (A,))
    assert (second.outcome, second.reached) == (Outcome.SENT, (A, B, C))
    assert [len(box.received_by(one)) for one in (A, B, C)] == [1, 1, 1]


async def test_a_delivery_whose_recipients_were_all_reached_is_sent_without_asking_anybody() -> None:
    """The process died between the last answer and its record."""
    told = await send(settings(1), ready(reached=(A, B, C)))
    assert told.outcome is Outcome.SENT


async def test_a_greylisted_mail_is_the_same_bytes_when_it_comes_again() -> None:
    """Date, boundary and Message-ID do not depend on the try."""
    box = Letterbox(data=["451 later", "250 taken", "250 taken"])
    async with mailserver(box):
        first = await send(settings(box.port), ready())
        for tries in (1, 2):
            await send(settings(box.port), ready(tries=tries))
    assert first.outcome is Outcome.RETRY
    assert first.reached == ()
    (_, one), (_, other) = box.taken
    assert one == other


async def test_a_connection_dropped_after_the_text_is_tried_again_under_the_same_message_id() -> None:
    """Whether the server kept it nobody knows: at least once, recognisable."""
    box = Letterbox(data=[DROP, "250 taken"])
    async with mailserver(box):
        first = await send(settings(box.port), ready())
        second = await send(settings(box.port), ready(tries=1))
    assert (first.outcome, second.outcome) == (Outcome.RETRY, Outcome.SENT)
    assert first.reached == ()
    assert len({mail["Message-ID"] for mail in box.received_by(A)}) == 1


@pytest.mark.parametrize("answer", [DROP, "421 4.7.0 good-bye", HANG])
async def test_a_recipient_at_whose_name_the_server_breaks_off_keeps_the_mail_from_nobody_else(answer: str) -> None:
    """Those before and after it have the mail, once; it alone is tried again."""
    box = Letterbox(rcpt={B: [answer]})
    async with mailserver(box):
        to = [A, B, "c@example.org"]
        told = await send(settings(box.port, to=to, timeout="2s"), ready())
    assert (told.outcome, told.reached) == (Outcome.RETRY, (A, "c@example.org"))
    assert "sent to 2 of 3; to be tried again: b@example.org" in told.answer
    assert [recipients for recipients, _ in box.taken] == [(A,), ("c@example.org",)]


async def test_a_server_that_takes_so_many_recipients_at_once_is_told_of_more_in_turn() -> None:
    """It says good-bye at one too many: all have the mail all the same, once."""
    box = Letterbox(most=3)
    async with mailserver(box):
        to = [f"r{n}@example.org" for n in range(8)]
        told = await send(settings(box.port, to=to), ready())
    assert (told.outcome, told.reached) == (Outcome.SENT, tuple(to))
    assert sorted(one for recipients, _ in box.taken for one in recipients) == to


async def test_a_connection_dropped_at_every_recipient_reaches_nobody() -> None:
    """An accepted recipient is not a reached one."""
    box = Letterbox(rcpt={A: [DROP], B: [DROP], C: [DROP]})
    async with mailserver(box):
        told = await send(settings(box.port), ready())
    assert (told.outcome, told.reached) == (Outcome.RETRY, ())


async def test_a_mail_refused_for_good_is_given_up_with_the_servers_words() -> None:
    """5xx to the text, and 5xx to the sender."""
    async with mailserver(Letterbox(data=["554 5.7.1 looks like\x1b[31m spam"])) as box:
        refused_text = await send(settings(box.port), ready())
    async with mailserver(Letterbox(mail="553 5.1.8 we know no such sender")) as box:
        refused_sender = await send(settings(box.port), ready())
    assert refused_text.outcome is Outcome.GAVE_UP
    assert "554 5.7.1 looks like spam" in refused_text.answer
    assert refused_sender.outcome is Outcome.GAVE_UP
    assert "553 5.1.8" in refused_sender.answer


@pytest.mark.parametrize("answer", ["450 busy", "421 closing", "530 5.7.0 log in first"])
async def test_a_sender_refused_for_now_or_for_want_of_a_login_is_tried_again(answer: str) -> None:
    """The mail itself was not judged."""
    async with mailserver(Letterbox(mail=answer)) as box:
        told = await send(settings(box.port), ready())
    assert told.outcome is Outcome.RETRY
    assert answer[:3] in told.answer


async def test_a_server_that_hangs_is_left_at_the_deadline_of_the_conversation() -> None:
    """After the text, where the pauses are longest."""
    async with mailserver(Letterbox(data=["hang"])) as box:
        told = await asyncio.wait_for(send(settings(box.port, timeout="500ms"), ready()), 30)
    assert told.outcome is Outcome.RETRY
    assert "within 0.5 seconds" in told.answer


@pytest.mark.parametrize(
    "greeting",
    [b"", b"554 no service for you\r\n", b"421 too busy\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 100_000],
)
async def test_a_server_that_greets_badly_is_tried_again(greeting: bytes) -> None:
    """No service, no protocol, no end of the line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        told = await send(settings(server.sockets[0].getsockname()[1]), ready())
    assert told.outcome is Outcome.RETRY
    assert told.answer


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    """Nobody listens on the port."""
    async with mailserver() as box:
        port = box.port
    told = await send(settings(port), ready())
    assert told.outcome is Outcome.RETRY
    assert f"127.0.0.1:{port}" in told.answer


async def test_lines_that_begin_with_a_dot_arrive_whole() -> None:
    """The dot alone would end the text of the mail."""
    one = item(title="Japan automotive", summary=".\r\n.\r\nQUIT\r\n.hidden", body=None)
    async with mailserver() as box:
        await send(settings(box.port), ready(alert(one, span(one, "title", "Japan"))))
    (mail,) = box.received_by(A)
    text = mail.get_body(("plain",))
    assert text is not None
    assert ". . QUIT .hidden" in text.get_content()


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"to": []}, "to", "at least 1 item"),
        ({"to": ["nobody"]}, "to", "is no mail address"),
        ({"to": ["a@example.org\r\nRCPT TO:<x@example.org>"]}, "to", "is no mail address"),
        ({"to": ["a b@example.org"]}, "to", "is no mail address"),
        ({"to": ["دیسک@example.org"]}, "to", "ASCII"),
        ({"from": "@example.org"}, "from", "is no mail address"),
        ({"from": "a@ex..org"}, "from", "is no mail address"),
        ({"server": "mail.example.org"}, "server", "smtp://mail.example.org:587"),
        ({"server": "http://mail.example.org"}, "server", "not a mail server"),
        ({"server": "smtp://"}, "server", "not a mail server"),
        ({"server": "smtp://mail.example.org:x"}, "server", "not a mail server"),
        ({"server": "smtp://mail.example.org/path"}, "server", "not a mail server"),
        ({"server": "smtp://user:secret@mail.example.org"}, "server", "username and password"),
        ({"username": "desk"}, None, "belong together"),
        ({"password": "secret"}, None, "belong together"),
        ({"timeout": "1y"}, "timeout", "unknown unit"),
        ({"subject": "x"}, "subject", "Extra inputs"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_be_right(
    changes: dict[str, Any], place: str | None, sentence: str
) -> None:
    """The configuration's errors are made of these sentences."""
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    (error,) = caught.value.errors()
    assert sentence in error["msg"]
    assert error["loc"][:1] == ((place,) if place else ())
    assert "secret@" not in str(caught.value)


def test_addresses_may_carry_names_and_international_domains_and_count_once() -> None:
    """As people paste them."""
    one = settings(to=["Desk <a@example.org>", "a@example.org", '"Khan, A." <b@bücher.example>'])
    assert one.to == ("Desk <a@example.org>", '"Khan, A." <b@bücher.example>')
    assert settings(to="a@example.org").to == ("a@example.org",)


async def test_an_international_domain_is_asked_for_in_ascii() -> None:
    """RFC 5891 in the envelope and the header."""
    async with mailserver() as box:
        told = await send(settings(box.port, to=['"Khan, A." <b@bücher.example>']), ready())
    assert told.reached == ("b@xn--bcher-kva.example",)
    assert box.asked == ["b@xn--bcher-kva.example"]
    (mail,) = box.received_by("b@xn--bcher-kva.example")
    assert mail["To"].addresses[0].display_name == "Khan, A."


def test_the_password_is_not_shown() -> None:
    """Not in the settings' text."""
    assert "hunter2" not in repr(settings(username="desk", password="hunter2"))
