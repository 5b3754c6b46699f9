"""What every spider of ours carries: whose turn it is, what robots.txt says, who we are, and who hears of news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy import Spider

from crawler.report import Report
from crawler.settings import Limits, SourceSettings
from crawler.tools import Tools


class Visitor(Spider):
    """A spider on an errand for one source. ``deadline`` is in event loop time: after it no request is begun;
    ``asked_to_wait`` is the longest Retry-After heard, in seconds. ``emit`` takes the news: given to Scrapy, an item
    would cost several times as much on its way through pipelines and signals that nobody listens to."""

    def __init__(
        self,
        *,
        source: SourceSettings,
        tools: Tools,
        limits: Limits,
        deadline: float,
        report: Report,
        emit: Callable[[Any], None],
        **named: Any,
    ) -> None:
        super().__init__(**named)
        self.source = source
        self.tools = tools
        self.turns = tools.turns
        self.robots = tools.robots
        self.agent = tools.settings.user_agent
        self.limits = limits
        self.deadline = deadline
        self.report = report
        self.emit = emit
        self.asked_to_wait: float | None = None
