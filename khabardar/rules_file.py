"""The rules of a configuration, and where they are kept compiled."""

from __future__ import annotations

import gc
import hashlib
import os

from alerts.rules import MANY, Rules
from khabardar.running import folders
from khabardar.settings import Settings


def rules_of(settings: Settings) -> Rules:
    """The rules of a configuration. Very many are compiled, kept in a file beside the archive, and no garbage
    collection looks through them again."""
    folder = next((folder for folder in folders(settings) if os.access(folder, os.W_OK)), None)
    name = hashlib.blake2b(str(settings.path.resolve()).encode(), digest_size=6).hexdigest()
    file = folder / f"khabardar-{name}.rules" if folder else None
    zone = settings.service.timezone
    zones = {channel.name: channel.zone(zone) for channel in settings.channels}
    rules = Rules(settings.rules, settings.names, zone, zones, file)
    if len(rules.rules) >= MANY:
        gc.unfreeze()  # what was loaded before a reload may go
        gc.collect()
        gc.freeze()
    return rules
