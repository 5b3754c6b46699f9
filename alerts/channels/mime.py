"""A delivery as a mail: the same bytes on every try, whoever asks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

from alerts.inert import one_line
from alerts.letter import letter_of, render

# Lines of 7 bits: a server need not offer 8BITMIME, and no relay on the way has a reason to re-encode.
_POLICY = SMTP.clone(cte_type="7bit")


def mail_of(
    message: Mapping[str, Any], delivery_id: str, sender: str, recipients: Sequence[str], zone: tzinfo
) -> bytes:
    """The mail in network form: text and HTML of equal content.

    ``sender`` and ``recipients`` are checked addresses (``Name <user@host>`` or ``user@host``). Nothing in it depends
    on when or how often it is tried: ``Date`` is the message's own time, the boundary is made from the delivery's id.
    """
    letter = letter_of(message, zone)
    text, html = render(letter)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = address_of(sender)
    mail["To"] = tuple(address_of(recipient) for recipient in recipients)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = datetime.fromisoformat(message["timestamp"]).astimezone(UTC)
    mail["Message-ID"] = message_id(delivery_id, sender)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in answer, please
    mail["X-Khabardar-Delivery"] = _token(delivery_id)
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    mail.set_boundary(f"=_{hashlib.sha256(delivery_id.encode()).hexdigest()[:32]}")
    return mail.as_bytes()


def message_id(delivery_id: str, sender: str) -> str:
    """``<delivery_id@domain-of-sender>``: by it a mail program recognises a repeat."""
    return f"<{_token(delivery_id)}@{address_of(sender).domain}>"


def address_of(text: str) -> Address:
    """A mail address with or without a name; ValueError says what is wrong with it.

    An international domain is turned into its ASCII form (RFC 5891); an international local part is refused, for few
    servers take it (RFC 6531).
    """
    name, spec = parseaddr(text)
    local, _, domain = spec.rpartition("@")
    if not local or not domain or any(ord(letter) < 33 or ord(letter) == 127 for letter in spec):
        raise ValueError(f"{text[:80]!r} is no mail address; write user@example.org or Name <user@example.org>")
    if not local.isascii():
        raise ValueError(f"{text[:80]!r} has letters before the @ that mail servers do not take; use an ASCII address")
    try:
        ascii_domain = domain.encode("idna").decode()
        return Address(display_name=one_line(name), username=local, domain=ascii_domain)
    except (UnicodeError, ValueError, IndexError) as error:
        raise ValueError(f"{text[:80]!r} is no mail address: {error}") from None


def _token(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:200] or "delivery"
