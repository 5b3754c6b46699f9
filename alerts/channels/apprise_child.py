"""The process in which Apprise sends: one message to some targets, then it is gone. Run by its path, never imported.

Reads one JSON object from stdin, ``{"targets": {name: url}, "title", "body", "allow": [network, …]}``, and writes a
JSON line per target as it ends, ``{"target", "ok", "answer"}``. Without a body the URLs are only looked at.

In a process of its own a service that never answers can be ended, and every connection is judged: Python tells an audit
hook of each before it is made, whichever library makes it, in whatever thread, also after a redirect.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from net.addresses import AddressRefused, Gate

_SENT_TO = {"socket.connect": 1, "socket.sendto": 1}


def guard(allow: list[str]) -> list[str]:
    """From now on no connection is made to an address that may not be reached; what was refused is in the answer."""
    gate = Gate(allow)
    refused: list[str] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _SENT_TO:
            address = arguments[_SENT_TO[event]]
            host = str(address[0]) if isinstance(address, tuple) and address else str(address)
            try:
                gate.check(host)
            except AddressRefused as verdict:
                refused.append(str(verdict))
                raise

    sys.addaudithook(hook)
    return refused


class _Words(logging.Handler):
    """What Apprise says of a sending that failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def main() -> None:
    """Send, or look."""
    asked = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints is no answer
    words = _Words()
    logger = logging.getLogger("apprise")
    logger.addHandler(words)
    logger.setLevel(logging.WARNING)
    refused = guard(asked["allow"])
    for name, url in asked["targets"].items():
        words.said.clear()
        refused.clear()
        ok, answer = _told(url, asked) if asked.get("body") else _looked_at(url)
        said = answer or "; ".join(dict.fromkeys([*refused, *words.said]))
        answers.write(json.dumps({"target": name, "ok": ok, "answer": said}) + "\n")
        answers.flush()


def _looked_at(url: str) -> tuple[bool, str]:
    from apprise import Apprise

    return Apprise.instantiate(url) is not None, ""


def _told(url: str, asked: dict[str, Any]) -> tuple[bool, str]:
    from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, OverflowMode

    asset = AppriseAsset(app_id="Khabardar", app_desc="Khabardar", app_url="", async_mode=False)
    service = Apprise.instantiate(url, asset=asset)
    if service is None:
        return False, ""
    if "overflow=" not in url:
        service.overflow_mode = OverflowMode.SPLIT  # what is too long for a service comes in parts, not cut off
    sender = Apprise(asset=asset)
    sender.add(service)
    try:
        # Said to be text, so that nothing a title holds is taken for markup.
        ok = sender.notify(
            body=asked["body"], title=asked["title"], notify_type=NotifyType.INFO, body_format=NotifyFormat.TEXT
        )
    except AddressRefused as verdict:
        return False, str(verdict)
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"
    return bool(ok), f"{service.service_name} took it" if ok else ""


if __name__ == "__main__":
    main()
