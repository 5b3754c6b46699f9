"""The email channel: one mail per delivery to all recipients of the channel, by SMTP.

What a try comes to (RFC 5321, 4.2.1): a recipient whose mail the server took is *reached* and is not sent it again; a
recipient refused with 5xx is given up and not asked about again; for the others (4xx, a broken conversation, a login
refused) the mail is tried again. The delivery has ended when nobody is left to try: sent when all were reached, given
up when somebody never can be, with the server's words about whom.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from alerts.channels.manners import Manners
from alerts.channels.mime import address_of, mail_of
from alerts.channels.smtp import Server, Talk, talks, trust
from alerts.durations import seconds_of
from archive.model import Delivery, Outcome, Told

_PORTS = {"smtp": 25, "smtps": 465}
_SERVER_FORMS = '"smtp://mail.example.org:587" or "smtps://mail.example.org"'


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class EmailSettings(Manners):
    """``[[channels]]`` with ``kind = "email"``.

    ``server`` is ``smtp://host:port`` (STARTTLS when offered; port 25 unless named) or ``smtps://host:port`` (TLS from
    the start; 465). ``ca`` (usually as ``ca_file``) holds certificates in PEM form to trust besides the system's.
    ``timeout`` is for the whole conversation. ``templates`` is a folder with templates of the user's own,
    ``unsubscribe`` where who wants no more mail is to go (``mailto:`` or ``https:``).
    """

    kind: Literal["email"] = "email"
    to: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    sender: str = Field(alias="from")
    server: str
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout: Annotated[float, BeforeValidator(seconds_of), Field(gt=0, le=900)] = 60.0
    ca: str = ""
    templates: str = ""
    unsubscribe: str = ""

    @field_validator("to")
    @classmethod
    def _recipients(cls, to: tuple[str, ...]) -> tuple[str, ...]:
        return tuple({address_of(one).addr_spec: one for one in reversed(to)}.values())[::-1]

    @field_validator("sender")
    @classmethod
    def _from(cls, sender: str) -> str:
        address_of(sender)
        return sender

    @field_validator("server")
    @classmethod
    def _mail_server(cls, server: str) -> str:
        try:
            parts = urlsplit(server)
            known = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
        except ValueError:
            known = False
        if not known or not server.isprintable() or parts.path.strip("/") or parts.query:
            raise ValueError(f"not a mail server; write {_SERVER_FORMS}")
        if parts.username or parts.password:
            raise ValueError("a mail server is written without a login; use the keys username and password")
        return server

    @field_validator("unsubscribe")
    @classmethod
    def _way_out(cls, way: str) -> str:
        if way and (
            not re.fullmatch(r"(mailto:[^\s<>]+@[^\s<>]+|https?://[^\s<>/]+[^\s<>]*)", way) or not way.isascii()
        ):
            raise ValueError("write where to unsubscribe: mailto:desk@example.org or https://example.org/unsubscribe")
        return way

    @model_validator(mode="after")
    def _whole_login(self) -> EmailSettings:
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("username and password belong together; one of them is missing or empty")
        return self


class Email:
    """One channel of kind email at work. Who has a mail, and who is refused for good, the delivery remembers."""

    def __init__(self, settings: EmailSettings, zone: tzinfo) -> None:
        self.settings = settings
        self._zone = zone

    def warm(self) -> None:
        """Load what the first mail needs."""
        import aiosmtplib  # noqa: F401
        import jinja2.sandbox  # noqa: F401

        trust(_server(self.settings))

    async def send(self, delivery: Delivery) -> Told:
        """Try once. Raises nothing that a mail server or a network can cause."""
        if delivery.message is None:
            raise ValueError(f"delivery {delivery.id} was not composed before it was sent")
        everybody = [address_of(one).addr_spec for one in self.settings.to]
        refused = {one: reason for one, reason in delivery.refused.items() if one in everybody}
        reached = set(delivery.reached)
        asked = [one for one in everybody if one not in reached and one not in refused]
        if not asked:
            return _told(everybody, reached, refused, {}, "")
        # Templates of a long digest take a moment: not in the loop that serves everybody.
        mail = await asyncio.to_thread(self._mail, delivery.message, delivery.id)
        open_: dict[str, str] = {}
        end = ""
        for named, course in await talks(
            _server(self.settings), address_of(self.settings.sender).addr_spec, asked, mail
        ):
            newly, final, again = _sorted(course, named)
            reached |= newly
            refused |= final
            open_ |= again
            end = str(course.end)
        return _told(everybody, reached, refused, open_, end)

    def _mail(self, message: Mapping[str, Any], delivery_id: str) -> bytes:
        return mail_of(
            message,
            delivery_id,
            self.settings.sender,
            self.settings.to,
            self._zone,
            templates=Path(self.settings.templates) if self.settings.templates else None,
            unsubscribe=self.settings.unsubscribe,
        )

    async def aclose(self) -> None:
        """Nothing is held open between deliveries."""


async def send(settings: EmailSettings, delivery: Delivery, timezone: str = "UTC") -> Told:
    """Try one delivery once."""
    return await Email(settings, ZoneInfo(timezone)).send(delivery)


def _sorted(course: Talk, asked: list[str]) -> tuple[set[str], dict[str, str], dict[str, str]]:
    """Who was reached, who was refused for good and who is to be tried again, the latter two with the reason."""
    reached: set[str] = set()
    final: dict[str, str] = {}
    again: dict[str, str] = {}
    for recipient in asked:
        reply = course.recipients.get(recipient)
        if reply is not None and not reply.accepted:
            # 552 to a recipient often means too many at once, and is to be tried again (RFC 5321, 4.5.3.1.10).
            (final if reply.final and reply.code != 552 else again)[recipient] = str(reply)
        elif reply is not None and course.end.accepted:
            reached.add(recipient)
        elif course.judged and course.end.final:
            final[recipient] = str(course.end)
        else:
            again[recipient] = str(course.end)
    return reached, final, again


def _told(
    everybody: list[str], reached: set[str], final: Mapping[str, str], again: Mapping[str, str], end: str
) -> Told:
    have = tuple(one for one in everybody if one in reached)
    if not final and not again:
        return Told(Outcome.SENT, end or "all recipients have it", reached=have)
    outcome = Outcome.RETRY if again else Outcome.GAVE_UP
    if len(again) == len(everybody) and len(set(again.values())) == 1:
        return Told(outcome, next(iter(again.values())), reached=have)
    parts = [f"sent to {len(have)} of {len(everybody)}"] if have else []
    parts += [f"refused for good: {line}" for line in _by_reason(final)]
    parts += [f"to be tried again: {line}" for line in _by_reason(again)]
    return Told(outcome, "; ".join(parts), reached=have, refused=final)


def _by_reason(replies: Mapping[str, str]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for recipient, reason in replies.items():
        reasons.setdefault(reason, []).append(recipient)
    return [f"{', '.join(recipients)} ({reason})" for reason, recipients in reasons.items()]


def _server(settings: EmailSettings) -> Server:
    parts: SplitResult = urlsplit(settings.server)
    return Server(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        username=settings.username,
        password=settings.password.get_secret_value(),
        ca=settings.ca,
        deadline=settings.timeout,
    )
