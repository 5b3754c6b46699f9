"""The tables of the configuration that belong to the front desk: ``[archive]``, ``[web]``, ``[service]``."""

from __future__ import annotations

import ipaddress
import re
from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from alerts.durations import seconds_of
from khabardar.settings.errors import did_you_mean

_LISTEN = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]/\s]*)):(?P<port>\d{1,5})\Z")


class ArchiveSettings(BaseModel):
    """``url``: where items are kept; ``keep_days``: how long their texts stay, 0 = for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    url: str = "sqlite:///khabardar.db"
    keep_days: int = Field(default=0, ge=0, le=36500)

    @field_validator("url")
    @classmethod
    def _known_kind(cls, url: str) -> str:
        if re.match(r"postgres(ql)?://", url):
            raise ValueError("a PostgreSQL archive is written postgresql+psycopg://user:password@host/database.")
        if re.match(r"(sqlite|postgresql\+psycopg)://", url) is None:
            raise ValueError(
                'must be "sqlite:///FILE" (relative to this configuration) or "postgresql+psycopg://user:password@host/database".'
            )
        if url.startswith("sqlite:") and not re.match(r"sqlite:(///|//$)", url):
            raise ValueError(
                'a file is written with three slashes, "sqlite:///khabardar.db", an absolute path with four.'
            )
        if url.startswith("postgresql") and not _host_and_port(url):
            raise ValueError(
                "what stands between // and the database is not user:password@host:port. A @, / or : inside of the "
                "password is written %40, %2F or %3A."
            )
        if url.startswith("sqlite:") and _sqlite_file(url) in {"", ":memory:"}:
            raise ValueError('an archive needs a file to last, such as "sqlite:///khabardar.db".')
        return url


def _host_and_port(url: str) -> bool:
    """Whether SQLAlchemy will find a host (or none) and a port in a PostgreSQL URL."""
    rest = url.partition("//")[2]
    place = re.split(r"[/?]", rest.partition("@")[2] if "@" in rest else rest, maxsplit=1)[0]
    return re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:@\[\]\s]*)(:[0-9]{1,5})?", place) is not None


def _sqlite_file(url: str) -> str:
    return url.removeprefix("sqlite://").removeprefix("/").partition("?")[0]


class WebSettings(BaseModel):
    """``listen``: HOST:PORT, or "" for no web server. A password is needed beyond loopback: ``password_file`` names the
    file it stands in, ``password`` is what was read from there (or given, as ``"${NAME}"``). ``url`` is what readers
    reach the pages by, for links in mails."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    listen: str = "127.0.0.1:8017"
    password_file: str | None = None
    password: SecretStr | None = None
    url: str = ""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[^\s<>\"'/?#@]+(/[^\s<>\"'?#]*)?", url):
            raise ValueError('must be the address of the web page, such as "https://news.example.org", or "" for none.')
        return url.rstrip("/")

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        match = _LISTEN.match(listen)
        if listen and (match is None or int(match["port"]) > 65535):
            raise ValueError('must be HOST:PORT, such as "127.0.0.1:8017" or "[::1]:8017", or "" for no web server.')
        return listen

    @field_validator("password")
    @classmethod
    def _whole_hash(cls, password: SecretStr | None) -> SecretStr | None:
        if password is not None and password.get_secret_value().startswith("$argon2"):
            from khabardar.web.security.passwords import check_hash

            check_hash(password.get_secret_value())
        return password

    @model_validator(mode="after")
    def _guarded(self) -> WebSettings:
        if self.listen and not self.loopback and self.password is None:
            raise ValueError(
                f"{self.listen} can be reached from other machines, so a password is required: "
                'add password_file = "web-password", or listen on 127.0.0.1.'
            )
        return self

    @cached_property
    def host(self) -> str:
        """The address to bind; an empty host in ``:8017`` means all of them."""
        match = _LISTEN.match(self.listen)
        return (match["v6"] or match["host"] or "0.0.0.0") if match else ""  # noqa: S104 - asked for, with a password

    @cached_property
    def port(self) -> int:
        """The port to bind; 0 lets the system choose."""
        match = _LISTEN.match(self.listen)
        return int(match["port"]) if match else 0

    @cached_property
    def loopback(self) -> bool:
        """Only this machine can reach it. A host name other than localhost counts as reachable from outside."""
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class ServiceSettings(BaseModel):
    """``timezone`` of schedules, days and times shown; ``operator``: channels that hear about Khabardar itself;
    ``ping``: an address outside that is called every ``ping_every`` seconds while all is well; how events are
    logged."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    timezone: str = "UTC"
    operator: tuple[str, ...] = ()
    ping: SecretStr | None = None
    ping_every: Annotated[float, BeforeValidator(seconds_of), Field(ge=1, le=86400)] = 300.0
    ping_allow_addresses: tuple[str, ...] = ()
    log: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("ping")
    @classmethod
    def _web_only(cls, ping: SecretStr | None) -> SecretStr | None:
        try:
            parts = urlsplit(ping.get_secret_value()) if ping else None
            known = parts is None or (parts.scheme.lower() in ("http", "https") and bool(parts.hostname))
        except ValueError:
            known = False
        if not known:  # the address itself is not repeated: whoever knows it can call it
            raise ValueError("not a web address; write the whole one, such as https://watch.example.org/ping/1234")
        return ping

    @field_validator("ping_allow_addresses")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise ValueError(f"{error}; write a network such as 10.1.0.0/16 or an address") from None
        return networks

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        check_timezone(zone)
        return zone


def check_timezone(zone: str) -> None:
    """Raises ValueError with a suggestion unless ``zone`` is a name of the IANA time zone database."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(zone, available_timezones())
        near = near if "mean" in near else ' Names look like "Asia/Karachi" or "UTC".'
        raise ValueError(f'"{zone}" is not a time zone.{near}') from None
