"""JSON APIs: what stands where is said by the paths of the configuration."""

from __future__ import annotations

from typing import ClassVar

from crawler.reading_jobs import read_api_list
from crawler.spiders.source import SourceSpider


class ApiSpider(SourceSpider):
    """A source that answers with JSON."""

    name = "api"
    read_list = staticmethod(read_api_list)
    list_headers: ClassVar[dict[str, str]] = {"Accept": "application/json, application/*+json;q=0.9, */*;q=0.5"}
