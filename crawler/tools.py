"""What all visits of one crawl worker share."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.politeness import Turns
from crawler.pool import ReadingPool
from crawler.robots import RobotsFiles
from crawler.settings import CrawlSettings


@dataclass(slots=True)
class Tools:
    """The settings, the readers, the turns at the hosts and their robots.txt files."""

    settings: CrawlSettings
    pool: ReadingPool
    turns: Turns = field(default_factory=Turns)
    robots: RobotsFiles = field(default_factory=RobotsFiles)
