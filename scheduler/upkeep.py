"""What keeps a service fit for years: leases of the dead, retention, a tidy index. Steps of the timetable."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from archive.store import Archive
from scheduler import cadence
from scheduler.orders import is_dead
from scheduler.outbox import DELIVERY_LEASE

TIDYING = 2.0  # seconds at a time
FORGETTING = 60.0
SHRINKING = 5.0

log = structlog.get_logger()


def drop_dead_leases(archive: Archive, now: datetime) -> list[str]:
    """Frees what processes of this machine held that are gone; returns their names. Leases of other machines run out
    by themselves."""
    dead = [owner for owner in archive.lease_owners(now) if is_dead(owner)]
    for owner in dead:
        archive.drop_lease(owner)
        log.warning("leases of a process that is gone were freed", owner=owner)
    return dead


def trust_no_other_clock(archive: Archive, now: datetime) -> int:
    """Brings forward what waits for a time that was reckoned by a clock ahead of this one; returns how much it was."""
    late = archive.clock_set_back(now, cadence.longest_wait, DELIVERY_LEASE)
    if late:
        log.warning("what waited for a time by another clock is due sooner", deliveries=late)
    return late


def warn_of_strangers(archive: Archive, channels: Collection[str]) -> list[str]:
    """Says what is owed to channels that the configuration does not name (any more): it waits for ever, and a channel
    that was renamed looks just so. Returns their names."""
    strangers = {name: owed for name, owed in archive.waiting().items() if name not in channels}
    for name, owed in strangers.items():
        log.warning(
            "something is owed to a channel that the configuration does not name; it waits until there is one",
            channel=name,
            owed=owed,
        )
    return list(strangers)


def forget_texts(archive: Archive, keep_days: int, now: datetime) -> int:
    """Removes texts older than ``keep_days`` (0 = never); their identity stays known. Returns how many."""
    if keep_days <= 0:
        return 0
    forgotten = archive.forget_texts(now - timedelta(days=keep_days), now, FORGETTING)
    if forgotten:
        log.info("texts removed", items=forgotten, older_than_days=keep_days)
    return forgotten


def cut_texts(archive: Archive, stores: Mapping[str, str], now: datetime) -> int:
    """Cuts what was kept of sources before their ``store`` was made less; returns how many items. Cheap when nothing
    has changed."""
    many = 0
    for source, store in stores.items():
        if cut := archive.cut_source(source, store, now):
            log.info("texts cut to what may be kept", source=source, store=store, items=cut)
            many += cut
    return many


def prune(archive: Archive, now: datetime) -> None:
    """Removes rows that serve nobody any more (``archive.retention``) and gives free room back to the disk, a little at
    a time."""
    pruned = archive.prune(now, FORGETTING)
    if any(asdict(pruned).values()):
        log.info("old rows removed", **asdict(pruned))
    if given := archive.shrink(SHRINKING):
        log.info("room given back to the disk", bytes=given)


def tidy(archive: Archive) -> bool:
    """Joins pieces of the full-text index, a little at a time; whether nothing is left to do."""
    return archive.tidy(TIDYING)
