"""Scrapy's settings for the crawl worker: every default that is unsafe or impolite is set here, in one table."""

from __future__ import annotations

from typing import Any

from crawler.reactor import REACTOR

HANDLER = "crawler.handler.BoundedHandler"

# Every middleware costs at every request, and these have nothing to do here: robots.txt, headers, timeouts and counting
# are done by ours, every status is told to the spider, and no spider goes deeper than from a list to its pages.
_UNUSED_DOWNLOADER = tuple(
    f"scrapy.downloadermiddlewares.{name}"
    for name in (
        "offsite.OffsiteMiddleware",
        "robotstxt.RobotsTxtMiddleware",
        "httpauth.HttpAuthMiddleware",
        "downloadtimeout.DownloadTimeoutMiddleware",
        "defaultheaders.DefaultHeadersMiddleware",
        "useragent.UserAgentMiddleware",
        "stats.DownloaderStats",
    )
)
_UNUSED_SPIDER = tuple(
    f"scrapy.spidermiddlewares.{name}"
    for name in (
        "start.StartSpiderMiddleware",
        "httperror.HttpErrorMiddleware",
        "referer.RefererMiddleware",
        "urllength.UrlLengthMiddleware",
        "depth.DepthMiddleware",
        "metacopy.MetaCopyDetectionMiddleware",
    )
)


def scrapy_settings(max_body: int) -> dict[str, Any]:
    """Settings of one crawl: ``max_body`` in bytes, before and after decompression."""
    return {
        "TWISTED_REACTOR": REACTOR,
        "DOWNLOAD_HANDLERS": {
            "http": HANDLER,
            "https": HANDLER,
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.headers.HeadersMiddleware": 50,
            "crawler.robots.RobotsMiddleware": 100,
            "crawler.robots.RobotsSizeMiddleware": 890,
            "crawler.politeness.PolitenessMiddleware": 900,
        }
        | dict.fromkeys(_UNUSED_DOWNLOADER),
        "SPIDER_MIDDLEWARES": dict.fromkeys(_UNUSED_SPIDER),
        # A callback's output is a few requests: as many tasks would be made for every answer as this allows.
        "CONCURRENT_ITEMS": 1,
        "EXTENSIONS": {
            "scrapy.extensions.corestats.CoreStats": None,
            "scrapy.extensions.logcount.LogCount": None,
            "scrapy.extensions.closespider.CloseSpider": None,
            "scrapy.extensions.telnet.TelnetConsole": None,
            "scrapy.extensions.memusage.MemoryUsage": None,
            "scrapy.extensions.memdebug.MemoryDebugger": None,
            "scrapy.extensions.feedexport.FeedExporter": None,
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.spiderstate.SpiderState": None,
            "scrapy.extensions.throttle.AutoThrottle": None,
            "scrapy.extensions.remote_control.RemoteControl": None,
        },
        # These two serve a console and arbitrary Python on a port of this machine unless switched off.
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": max_body,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
        # Trying again is the clock's business.
        "RETRY_ENABLED": False,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        # Cookies would have tldextract fetch a list of domains from the web; a proxy would connect past the gate.
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "STATS_DUMP": False,
        "LOG_ENABLED": False,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
    }
