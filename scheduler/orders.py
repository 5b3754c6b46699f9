"""What the configuration asks of the clock: one frozen value, replaced as a whole on reload."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from alerts.channels.manners import Manners
from alerts.rules import Rules
from alerts.send import Sender
from archive.model import Bounds
from crawler.settings import CrawlSettings, SourceSettings
from query import Query


@dataclass(frozen=True, slots=True)
class PingOrders:
    """Whom to call outside while all is well: ``url`` is a secret, ``every`` in seconds, ``allow`` names private
    networks that may be reached."""

    url: str = field(repr=False)
    every: float
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Orders:
    """All that is handed to the way of an item; ``only`` holds the parsed filter of the sources that have one."""

    sources: Mapping[str, SourceSettings]
    only: Mapping[str, Query]
    crawl: CrawlSettings
    rules: Rules
    channels: tuple[str, ...]
    sender: Sender
    operator: tuple[str, ...] = ()
    keep_days: int = 0
    stores: Mapping[str, str] = field(default_factory=dict)
    """Source name to store policy: "full", "excerpt" or "link"."""
    manners: Mapping[str, Manners] = field(default_factory=dict)
    """Channel name to what it asks of us: quiet hours, a cap."""
    timezone: str = "UTC"
    """Of channels that name none."""
    ping: PingOrders | None = None
    """Whom to call while all is well."""

    def bounds(self, now: datetime, channels: Iterable[str]) -> dict[str, Bounds]:
        """What each of these channels asks for at this moment."""
        asked = ((name, self.manners.get(name)) for name in channels)
        return {name: manners.bounds(now, self.timezone) for name, manners in asked if manners is not None}

    @property
    def enabled(self) -> tuple[str, ...]:
        """The names of the sources that are visited."""
        return tuple(name for name, source in self.sources.items() if source.enabled is not False)

    def every(self, name: str) -> timedelta | None:
        """The interval of one source; None when it adapts ("auto")."""
        own = self.sources[name].every
        seconds = own if own is not None else self.crawl.every
        return None if seconds == "auto" else timedelta(seconds=float(seconds))


def owner_name() -> str:
    """Who holds our leases: host, process and the moment it started, so that a process number used again is not us."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether the process behind an owner name is certainly gone: only processes of this machine can be judged."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    pid, started = rest, owner.rpartition(":")[2]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """The start time of a process in clock ticks since boot; where /proc is missing, only whether it lives."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return "gone"
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return "gone"
        except PermissionError:
            pass
        return "0"
    return stat.rpartition(")")[2].split()[19]
