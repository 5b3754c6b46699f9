"""The apprise channel: every service that the library Apprise knows, by the URLs of the configuration.

One URL is one target. Each has an outcome of its own, which the delivery remembers: who has the message is not sent it
again. Apprise knows sent and not sent, so what failed is tried again until the schedule ends. It runs in a process of
its own (``apprise_child``), which can be ended, and in which every connection passes our gate.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from alerts.channels.manners import Manners
from alerts.durations import seconds_of
from alerts.inert import one_line
from alerts.letter import letter_of
from alerts.rendering import words_of
from archive.model import Delivery, Outcome, Told

_CHILD = Path(__file__).with_name("apprise_child.py")
_ROOT = _CHILD.parents[2]
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
_LONGEST = 1 << 20


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class AppriseSettings(Manners):
    """``[[channels]]`` with ``kind = "apprise"``.

    ``url`` is an Apprise URL or a list of them, each a target with an outcome of its own. ``timeout`` is for the whole
    try, to all targets.
    """

    kind: Literal["apprise"] = "apprise"
    url: Annotated[tuple[SecretStr, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    allow_addresses: tuple[str, ...] = ()
    timeout: Annotated[float, BeforeValidator(seconds_of), Field(gt=0, le=600)] = 60.0
    templates: str = ""

    @field_validator("url")
    @classmethod
    def _services(cls, urls: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for url in urls:
            text = url.get_secret_value()
            scheme, mark, rest = text.partition("://")
            if not mark or not scheme.isalnum() or not rest or not text.isprintable():
                # The URL itself is not repeated: it holds a token.
                raise ValueError("not an Apprise URL; write such as ntfy://topic or slack://token-a/token-b/token-c")
        return tuple(dict.fromkeys(urls))

    @field_validator("allow_addresses")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            try:
                ip_network(network)
            except ValueError as error:
                raise ValueError(f"{error}; write a network such as 10.1.0.0/16 or an address") from None
        return networks

    @property
    def targets(self) -> dict[str, str]:
        """The URLs by a name that stays the same and gives no secret away: the scheme and a hash."""
        urls = [url.get_secret_value() for url in self.url]
        return {f"{urlsplit(url).scheme}:{hashlib.sha256(url.encode()).hexdigest()[:10]}": url for url in urls}


class AppriseChannel:
    """One channel of kind apprise at work; nothing is held between deliveries."""

    def __init__(self, settings: AppriseSettings, zone: tzinfo, site: str = "") -> None:
        self.settings = settings
        self._zone = zone
        self._site = site

    async def send(self, delivery: Delivery) -> Told:
        """Try once. Raises nothing that a service or a network can cause."""
        if delivery.message is None:
            raise ValueError(f"delivery {delivery.id} was not composed before it was sent")
        targets = self.settings.targets
        reached = [name for name in targets if name in delivery.reached]
        asked = {name: url for name, url in targets.items() if name not in delivery.reached}
        if not asked:
            return Told(Outcome.SENT, "all targets have it", reached=tuple(reached))
        title, body = await asyncio.to_thread(self._words, delivery.message)
        answers, end = await _ask(asked, title, body, self.settings.allow_addresses, self.settings.timeout)
        have = tuple(name for name in targets if name in reached or answers.get(name, (False, ""))[0])
        failed = {name: _reason(answers.get(name), end) for name in asked if name not in have}
        if not failed:
            words = "; ".join(f"{name}: {answer}" for name, (_, answer) in answers.items())
            return Told(Outcome.SENT, words, reached=have)
        told = [f"sent to {len(have)} of {len(targets)}"] if have else []
        told += [f"{name}: {reason}" for name, reason in failed.items()]
        return Told(Outcome.RETRY, "; ".join(told), reached=have)

    def warm(self) -> None:
        """Nothing: the libraries are loaded by the child process of each try."""

    async def aclose(self) -> None:
        """Nothing is held open between deliveries."""

    def _words(self, message: Mapping[str, Any]) -> tuple[str, str]:
        folder = Path(self.settings.templates) if self.settings.templates else None
        words = words_of(letter_of(message, self._zone, self._site), message, folder)
        return words.subject, words.brief.strip() or words.subject


def unknown_urls(settings: AppriseSettings) -> list[str]:
    """The targets that Apprise cannot make anything of, by the names of ``targets``. Nothing is sent."""
    asked = json.dumps({"targets": settings.targets, "allow": []})
    done = subprocess.run(  # noqa: S603 - our own script, by our own Python
        _command(), input=asked, capture_output=True, text=True, env=_environment(), timeout=60, check=False
    )
    good = {name for name, (ok, _) in _answers(done.stdout).items() if ok}
    return [name for name in settings.targets if name not in good]


async def _ask(
    targets: Mapping[str, str], title: str, body: str, allow: Sequence[str], seconds: float
) -> tuple[dict[str, tuple[bool, str]], str]:
    """What came of each target until the deadline, and how the process ended, where it did not by itself."""
    asked = json.dumps({"targets": targets, "title": title, "body": body, "allow": list(allow)})
    try:
        child = await asyncio.create_subprocess_exec(
            *_command(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            limit=_LONGEST,
        )
    except OSError as error:
        return {}, f"the process that sends could not be started: {error}"
    assert child.stdin is not None
    assert child.stdout is not None
    heard = bytearray()
    end = "the process that sends ended without an answer"
    try:
        async with asyncio.timeout(seconds):
            child.stdin.write(asked.encode())
            child.stdin.close()
            while part := await child.stdout.read(65536):
                heard += part
            await child.wait()
    except TimeoutError:
        end = f"no answer within {seconds:g} seconds"
    except OSError as error:
        end = f"the process that sends broke off: {error}"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return _answers(heard.decode(errors="replace")), end


def _command() -> list[str]:
    return [sys.executable, "-P", str(_CHILD)]


def _environment() -> dict[str, str]:
    """No proxy: it would connect on our behalf to what we may not reach."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}


def _answers(lines: str) -> dict[str, tuple[bool, str]]:
    answers: dict[str, tuple[bool, str]] = {}
    for one in lines.splitlines():
        try:
            said = json.loads(one)
            answers[said["target"]] = (bool(said["ok"]), one_line(str(said["answer"]), 300))
        except (ValueError, KeyError, TypeError):
            continue  # half a line of a process that was ended
    return answers


def _reason(answer: tuple[bool, str] | None, end: str) -> str:
    return end if answer is None else answer[1] or "not sent, and Apprise does not say why"
