"""A delivery as a mail: whatever a title holds, it reads back, and it cannot write headers."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.mime import address_of, mail_of, message_id
from alerts.compose import notice
from alerts.inert import one_line
from tests.alerts.mailserver import read
from tests.alerts.samples import JAPANESE_TITLE, NOW, URDU_TITLE, alert, item, span

ZONE = ZoneInfo("Asia/Karachi")
TO = ("desk@example.org",)


def mail(subject: str) -> bytes:
    message = notice(subject, "Words.", about="a", state="b", since=NOW, now=NOW)
    return mail_of(message, "delivery-1", "khabardar@example.org", TO, ZONE)


@given(st.text(max_size=250))
def test_every_subject_reads_back_as_the_line_it_is(text: str) -> None:
    """Any text, in any script, broken or not."""
    expected = one_line(text, 200) or "Khabardar"
    assert read(mail(text))["Subject"] == expected


@pytest.mark.parametrize(
    "title",
    [
        "Japan\r\nBcc: everybody@example.org",
        "Japan\nBcc: everybody@example.org\n\n<script>",
        "Japan\r\n\r\nbody",
        "Japan\x0bBcc: x@example.org\x1c",
        "Japan\u2028Bcc: x@example.org\x85",
        "Japan =?utf-8?q?=0D=0ABcc=3A_x=40example.org?= end",
    ],
)
def test_a_title_cannot_add_headers(title: str) -> None:
    """Line breaks of all kinds, and encoded ones."""
    one = item(title=title)
    raw = mail_of(alert(one, span(one, "title", "Japan")), "delivery-1", "khabardar@example.org", TO, ZONE)
    parsed = read(raw)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == f"[japan-automotive] {' '.join(title.split())}".replace("\x1c", "")
    assert parsed.get_body(("html",)) is not None


@pytest.mark.parametrize("title", [URDU_TITLE, JAPANESE_TITLE * 4, "Émigré " * 30, "x" * 150])
def test_long_and_foreign_subjects_keep_to_the_limits_of_mail(title: str) -> None:
    """ASCII only, no line over 998 octets, header lines of 78 at most, encoded words of 75 at most."""
    one = item(title=title)
    raw = mail_of(alert(one, span(one, "title", title[:1])), "delivery-1", "khabardar@example.org", TO, ZONE)
    raw.decode("ascii")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 78
    assert max((len(word) for word in head.split() if word.startswith(b"=?")), default=0) <= 75
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_message_id_is_made_of_the_delivery_and_the_senders_domain() -> None:
    """And stays a Message-ID, whatever the id is."""
    assert message_id("01J-x", "Khabardar <k@example.org>") == "<01J-x@example.org>"
    assert message_id("a>b\r\nX: y", "k@example.org") == "<a-b--X--y@example.org>"


@pytest.mark.parametrize(
    ("text", "name", "spec"),
    [
        ("a@example.org", "", "a@example.org"),
        ("Desk <a@example.org>", "Desk", "a@example.org"),
        ('"Khan, \\"A.\\"" <a@example.org>', 'Khan, "A."', "a@example.org"),
        ("نیوز ڈیسک <a@example.org>", "نیوز ڈیسک", "a@example.org"),
        ("a+b.c@mail.example.org", "", "a+b.c@mail.example.org"),
    ],
)
def test_an_address_is_read_with_or_without_a_name(text: str, name: str, spec: str) -> None:
    """As people write them."""
    address = address_of(text)
    assert (address.display_name, address.addr_spec) == (name, spec)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@b",
        "a@b@",
        "a b@c.org",
        "a@b.org, c@d.org",
        "a@b.org\nBcc: c@d.org",
        "<a@b.org",
        "a@b..org",
        "a@[x",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """Rather than sent to somebody else."""
    with pytest.raises(ValueError, match="no mail address"):
        address_of(text)


def test_many_recipients_with_names_in_any_script_read_back() -> None:
    """The To line is folded, and nobody gets lost."""
    names = ["نیوز ڈیسک", "報道デスク", 'Khan, "A."', "Émile", "x" * 60, "Desk"]
    to = [f'"{name.replace(chr(34), chr(92) + chr(34))}" <r{n}@example.org>' for n, name in enumerate(names * 6)]
    parsed = read(mail_of(alert(), "delivery-1", "نیوز <k@example.org>", to, ZONE))
    assert [(one.display_name, one.addr_spec) for one in parsed["To"].addresses] == [
        (name, f"r{n}@example.org") for n, name in enumerate(names * 6)
    ]
    assert parsed["From"].addresses[0].display_name == "نیوز"


def told_again(*earlier: str) -> dict[str, Any]:
    message = alert()
    message["data"]["earlier"] = list(earlier)
    return message


def test_mails_about_one_story_are_one_thread() -> None:
    """Message-ID, In-Reply-To and References as mail programs follow them; the subject stays, behind Re:."""
    first = read(mail_of(alert(), "d1", "k@example.org", TO, ZONE))
    third = read(mail_of(told_again("d1", "d2"), "d3", "K <k@example.org>", TO, ZONE))
    assert (first["In-Reply-To"], first["References"]) == (None, None)
    assert third["In-Reply-To"] == "<d2@example.org>"
    assert third["References"].split() == [first["Message-ID"], "<d2@example.org>"]
    assert third["Subject"] == f"Re: {first['Subject']}"


def test_a_long_thread_names_its_first_and_its_last_mails() -> None:
    """A header must not grow for ever."""
    raw = mail_of(told_again(*(f"d{number}" for number in range(300))), "d300", "k@example.org", TO, ZONE)
    shown = read(raw)["References"].split()
    assert (shown[0], shown[-1], len(shown)) == ("<d0@example.org>", "<d299@example.org>", 10)


@pytest.mark.parametrize("channel", ["desk", "Büro 日本\r\nBcc: x@example.org", "<>", "..."])
def test_a_mail_says_how_to_be_rid_of_it_and_what_it_belongs_to(channel: str) -> None:
    """RFC 2369 and RFC 2919, whatever the channel is called."""
    message = alert()
    message["data"]["channel"] = channel
    one = read(mail_of(message, "d1", "K <k@example.org>", TO, ZONE))
    assert re.fullmatch(r"<mailto:k@example\.org\?subject=unsubscribe%20[^<>\s]*>", one["List-Unsubscribe"].strip())
    assert re.fullmatch(r"<[a-z0-9._-]+\.khabardar\.example\.org>", one["List-Id"].strip())
    assert one["Bcc"] is None
    own = read(mail_of(message, "d1", "k@example.org", TO, ZONE, unsubscribe="https://example.org/out?x=1"))
    assert own["List-Unsubscribe"].strip() == "<https://example.org/out?x=1>"


def test_a_notice_is_no_list() -> None:
    """The operator is not to unsubscribe from Khabardar's own trouble."""
    assert read(mail("Dark"))["List-Unsubscribe"] is None
