"""A delivery as a mail: the same bytes on every try, whoever asks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alerts.inert import one_line
from alerts.letter import letter_of
from alerts.rendering import words_of

# Lines of 7 bits: a server need not offer 8BITMIME, and no relay on the way has a reason to re-encode.
_POLICY = SMTP.clone(cte_type="7bit")
_ADDRESS = re.compile(r"(?P<name>.*?)\s*<(?P<named>[^<>\s]+)>|(?P<bare>[^<>\s,;\"]+)")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Za-z.:]+\]")
_HOST = re.compile(r"[A-Za-z0-9.-]+")
_IN_URL = "!#$%&'()*+,/:;=?@[]~"
_LONGEST_WORD = 50
_THREAD = 10


def mail_of(
    message: Mapping[str, Any],
    delivery_id: str,
    sender: str,
    recipients: Sequence[str],
    zone: tzinfo,
    *,
    templates: Path | None = None,
    unsubscribe: str = "",
    site: str = "",
) -> bytes:
    """The mail in network form: text and HTML of equal content.

    ``sender`` and ``recipients`` are checked addresses (``Name <user@host>`` or ``user@host``); ``templates`` is a
    folder of the user's own; ``unsubscribe`` an address to go to (``mailto:`` or ``https:``), else the sender is
    written to; ``site`` is the address of the web page. Nothing in it depends on when or how often it is tried:
    ``Date`` is the message's own time, the boundary is made from the delivery's id.
    """
    words = words_of(letter_of(message, zone, site), message, templates)
    mail = EmailMessage(policy=_POLICY)
    mail["Date"] = datetime.fromisoformat(message["timestamp"]).astimezone(UTC)
    mail["Message-ID"] = message_id(delivery_id, sender)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in answer, please
    mail["X-Khabardar-Delivery"] = _token(delivery_id)
    mail.set_content(words.text)
    mail.add_alternative(words.html, subtype="html")
    mail.set_boundary(f"=_{hashlib.sha256(delivery_id.encode()).hexdigest()[:32]}")
    head = [_addresses("From", [sender]), _addresses("To", recipients), _subject(words.subject)]
    head += _thread(message, sender)
    if "stories" in message["data"]:
        head += _list(str(message["data"].get("channel", "")), sender, unsubscribe)
    return "".join(head).encode("ascii") + mail.as_bytes()


def _thread(message: Mapping[str, Any], sender: str) -> list[str]:
    """What was told of the story before: mail programs put one story's mails together by it (RFC 5322, 3.6.4). Of very
    many the first, by which the thread is known, and the last ones."""
    ids = [message_id(str(one), sender) for one in message["data"].get("earlier", ())]
    if not ids:
        return []
    shown = ids if len(ids) <= _THREAD else [ids[0], *ids[1 - _THREAD :]]
    return [f"In-Reply-To: {ids[-1]}\r\n", "References: " + "\r\n ".join(shown) + "\r\n"]


def _list(channel: str, sender: str, unsubscribe: str) -> list[str]:
    """What mail programs sort by and offer a button for (RFC 2919, RFC 2369)."""
    address = address_of(sender)
    domain = address.domain if _HOST.fullmatch(address.domain) else "localhost"
    way = unsubscribe or f"mailto:{quote(address.addr_spec, safe='@')}?subject={quote(f'unsubscribe {channel}')}"
    return [
        f"List-Id: <{_token(channel).strip('.').lower() or 'channel'}.khabardar.{domain}>\r\n",
        f"List-Unsubscribe:\r\n <{quote(way, safe=_IN_URL)}>\r\n",
    ]


def message_id(delivery_id: str, sender: str) -> str:
    """``<delivery_id@domain-of-sender>``: by it a mail program recognises a repeat."""
    return f"<{_token(delivery_id)}@{address_of(sender).domain}>"


def address_of(text: str) -> Address:
    """A mail address with or without a name; ValueError says what is wrong with it.

    An international domain is turned into its ASCII form (RFC 5891); an international local part is refused, for few
    servers take it (RFC 6531).
    """
    found = _ADDRESS.fullmatch(text.strip()) if text.isprintable() else None
    local, _, domain = (found["named"] or found["bare"] if found else "").rpartition("@")
    if found is None or not local or not domain:
        raise ValueError(
            f"{one_line(text, 80)!r} is no mail address; write user@example.org or Name <user@example.org>"
        )
    if not local.isascii():
        raise ValueError(f"{text[:80]!r} has letters before the @ that mail servers do not take; use an ASCII address")
    try:
        ascii_domain = domain.encode("idna").decode()
        if not _DOMAIN.fullmatch(ascii_domain):
            raise ValueError("what follows the @ is no host name")
        return Address(display_name=_unquoted(found["name"] or ""), username=local, domain=ascii_domain)
    except (UnicodeError, ValueError, IndexError) as error:
        raise ValueError(f"{text[:80]!r} is no mail address: {error}") from None


def _unquoted(name: str) -> str:
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if quoted else name


def _subject(text: str) -> str:
    """The Subject line, folded by ourselves: ``EmailMessage`` (Python 3.11) gives long ones a space more."""
    return f"Subject: {_words(one_line(text), 'Subject')}\r\n"


def _addresses(header: str, texts: Sequence[str]) -> str:
    """A line of addresses, folded by ourselves: ``EmailMessage`` (Python 3.11) loses some of many long ones."""
    return f"{header}: " + ",\r\n ".join(_written(address_of(text)) for text in texts) + "\r\n"


def _written(address: Address) -> str:
    name = one_line(address.display_name)
    if not name:
        return address.addr_spec
    plain = name.isascii() and "=?" not in name and len(name) <= _LONGEST_WORD
    phrase = '"' + re.sub(r'([\\"])', r"\\\1", name) + '"' if plain else _encoded(name, "")
    return f"{phrase}\r\n <{address.addr_spec}>"


def _words(text: str, header: str) -> str:
    """Plain text as it is; anything else, and what looks like an encoded word, in encoded words (RFC 2047)."""
    plain = text.isascii() and "=?" not in text and all(len(word) <= _LONGEST_WORD for word in text.split())
    if plain:
        return Header(text, "us-ascii", maxlinelen=76, header_name=header).encode(linesep="\r\n")
    return _encoded(text, header)


def _encoded(text: str, header: str) -> str:
    return Header(text, "utf-8", maxlinelen=76, header_name=header).encode(linesep="\r\n")


def _token(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:200] or "delivery"
