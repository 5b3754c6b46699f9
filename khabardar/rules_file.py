"""The rules of a configuration, and where they are kept compiled."""

from __future__ import annotations

import gc

from alerts.rules import MANY, Rules
from khabardar.places import rules_file
from khabardar.settings import Settings

_SELDOM = (100_000, 10, 10)


def rules_of(settings: Settings) -> Rules:
    """The rules of a configuration. Very many are compiled, kept in a file beside the archive, and no garbage
    collection looks through them again."""
    file = rules_file(settings.archive.url, settings.path)
    checked = settings.checked.pop() if settings.checked else None  # the rules are the only ones to hold the tables
    zone = settings.service.timezone
    zones = {channel.name: channel.zone(zone) for channel in settings.channels}
    rules = Rules(settings.rules, settings.names, zone, zones, file, checked)
    if len(rules.rules) >= MANY:
        set_apart()
    return rules


def set_apart() -> None:
    """Let the garbage collector look neither at what is there now nor, as often as it would, at what comes. A batch of
    news makes some tens of thousands of objects that go with it, and after each 700 the collector looked through them:
    a sixth of all that keeping cost."""
    gc.unfreeze()  # what was loaded before a reload may go
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
