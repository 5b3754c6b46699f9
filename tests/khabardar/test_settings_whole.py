"""Every key with a value that is legal: such a file is taken as it is."""

from __future__ import annotations

from pathlib import Path

from khabardar.settings import load

WHOLE = r"""
[archive]
keep_days=0
url = "sqlite:///khabardar.db"

[crawl]
obey_robots=true
delay="1s"
timeout="20s"
max_body="8MiB"
allow_addresses=["127.0.0.0/8"]
first_visit="day"
min_every="5m"
max_every="6h"
every = "auto"
user_agent = "Khabardar/1.0 (+https://example.org/about-our-bot)"

[web]
listen = "127.0.0.1:8017"
password_file = "web-password"

[service]
timezone = "Asia/Karachi"
operator = ["desk"]

[topics]
pakistan = 'pakistan OR pakistani OR پاکستان* OR パキスタン'
japan = 'japan OR japanese OR tokyo OR جاپان* OR 日本'
automotive = 'automotive OR automobile OR automaker OR "auto industry" OR "auto sector" OR گاڑی* OR 自動車'

[[sources]]
name = "urdupoint"
feed = "https://www.urdupoint.com/en/sitemap/news.rss"
language = "en"
timezone = "Asia/Karachi"
article = '/en/(?P<section>[a-z-]+)/[a-z0-9-]+-(?P<id>\d+)\.html$'
only = 'topic:pakistan'
[sources.select]
body = ["article p"]
remove = ["aside", ".related"]

[[channels]]
name = "desk"
kind = "email"
to = ["desk@example.org"]
from = "khabardar@example.org"
server = "smtp://mail.example.org:587"
username = "khabardar"
password = "${SMTP_PASSWORD}"

[[channels]]
name = "hook"
kind = "webhook"
url = "https://example.org/hook"
secret = "whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0"

[[rules]]
name = "japan-automotive"
query = 'topic:japan AND topic:automotive NOT section:sports'
channels = ["desk", "hook"]
deliver = "weekly mon 08:00"
repeat = "updates"
enabled = true
[[rules]]
name="b"
query="x"
deliver="hourly"
repeat="each"
[[rules]]
name="c"
query="x"
deliver="daily 08:00"
[[sources]]
name="s2"
sitemap="https://example.org/s.xml"
enabled=false
every="1d"
delay="2s"
obey_robots=false
first_visit="none"
headers={X-A="b"}
store="link"
full_text="page"
[sources.select]
title="h1"
author=["a"]
published="time"
body="p"
section="x"
remove="y"
[[sources.fallback]]
listing="https://example.org/"
links=["a"]
links_match="/x"
[[sources]]
name="s3"
listing="https://example.org/"
links="a.x"
links_match="/x"
full_text="feed"
store="excerpt"
first_visit="all"
timeout="5s"
max_body="1MiB"
every="auto"
[[channels]]
name="h2"
kind="webhook"
url="https://example.org/h"
secret=["whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0","whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0"]
allow_addresses=["10.0.0.0/8"]
[[channels]]
name="h3"
kind="webhook"
url="https://example.org/h"
secret_file="sec"
"""


def test_every_key_takes_its_legal_values(tmp_path: Path) -> None:
    """With secrets from files and from the environment."""
    (tmp_path / "web-password").write_text("hidden-one\n")
    (tmp_path / "sec").write_text("whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0\n")
    file = tmp_path / "khabardar.toml"
    file.write_text(WHOLE, encoding="utf-8")
    settings = load(file, {"SMTP_PASSWORD": "hidden-two"})
    assert settings.warnings == ()
    assert len(settings.sources) == 3
    assert {"hidden-one", "hidden-two"} <= settings.secrets
    assert "hidden" not in repr(settings)
