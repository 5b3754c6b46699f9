"""Scrapy's settings for the crawl worker: every default that is unsafe or impolite is set here, in one table."""

from __future__ import annotations

from typing import Any

from crawler.reactor import REACTOR

HANDLER = "crawler.handler.BoundedHandler"


def scrapy_settings(user_agent: str, max_body: int, timeout: float) -> dict[str, Any]:
    """Settings of one crawl: ``max_body`` in bytes, before and after decompression; ``timeout`` in seconds."""
    return {
        "TWISTED_REACTOR": REACTOR,
        "USER_AGENT": user_agent,
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
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "crawler.robots.RobotsSizeMiddleware": 890,
            "crawler.politeness.PolitenessMiddleware": 900,
        },
        "EXTENSIONS": {
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
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
        # Every status comes to the spider, which decides what it means; trying again is the clock's business.
        "HTTPERROR_ALLOW_ALL": True,
        "RETRY_ENABLED": False,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        # Cookies would have tldextract fetch a list of domains from the web; a proxy would connect past the gate.
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "REFERRER_POLICY": "no-referrer",
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "STATS_DUMP": False,
        "LOG_ENABLED": False,
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*"},
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
    }
