"""An errand: one source to be visited, with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.model import Known
from crawler.settings import SourceSettings


@dataclass(frozen=True, slots=True)
class Errand:
    """What the crawler is handed for one visit; it answers with items and, at the end, exactly one Visit."""

    source: SourceSettings
    known: Known = field(default_factory=Known)
