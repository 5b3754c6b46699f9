"""A rule from the page to an alert: tried, saved while the service runs, in force for the next news."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.route.articles import numbered
from tests.route.conftest import Town
from tests.route.test_service import free_port, running, until


def test_rule_saved_on_the_page_is_told_of_the_next_news(town: Town, tmp_path: Path) -> None:
    """Written into the file behind the other rule, taken up as by SIGHUP; one of two editors is turned away."""
    port, log = free_port(), tmp_path / "log"
    before = town.config.read_text().replace('listen = ""', f'listen = "127.0.0.1:{port}"') + "# the end\n"
    town.config.write_text(before)
    with running(town, log) as service, httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as browser:
        until(lambda: town.outlet.asked["/feed.xml"], "the first visit", service)
        page = browser.get("/rules/new", params={"q": "cotton"}).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', page))
        fields |= {"name": "cotton", "query": "cotton harvest", "channel:hook": "on", "enabled": "on", "do": "save"}
        saved = browser.post("/rules/new", data=fields)
        assert parse_qs(urlsplit(saved.headers["location"]).query) == {"did": ["saved"], "name": ["cotton"]}
        assert browser.post("/rules/new", data={**fields, "name": "late"}).status_code == 409
        rule = '\n[[rules]]\nname = "cotton"\nquery = \'cotton harvest\'\nchannels = ["hook"]\n'
        assert "".join(town.config.read_text().split(rule)).split() == before.split()
        assert town.config.read_text().count(rule) == 1
        assert "event=reloaded" in log.read_text()
        town.outlet.publish(numbered(1, matching=False))
        until(lambda: town.hook.calls, "the alert", service)
        assert "is in force" in browser.get(saved.headers["location"]).text
    account = next(line for line in log.read_text().splitlines() if "a rule was changed on the page" in line)
    assert "rule=cotton" in account
    assert "address=127.0.0.1" in account
