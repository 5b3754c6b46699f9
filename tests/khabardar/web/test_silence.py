"""The page to which the link of a mail leads: a rule kept quiet for a while, over a real server."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.khabardar.web.conftest import Served

PAGE = {"Accept": "text/html"}
ODD = "tea & <b>"


async def _sent(served: Served, path: str, rule: str, **fields: str) -> httpx.Response:
    page = (await served.client.get("/rules/silence", params={"name": rule}, headers=PAGE)).text
    sign = re.search(r'name="sign" value="([^"]*)"', page)
    assert sign, page
    data = {"sign": sign[1], "name": rule, **fields}
    return await served.client.post(path, data=data, headers=PAGE, follow_redirects=True)


async def test_a_rule_is_silenced_by_the_page_and_heard_again(served: Served) -> None:
    """With the reason, whatever the rule is called."""
    now = datetime.now(UTC)
    done = await _sent(served, "/rules/silence", ODD, until="2h", why="enough <i>")
    assert "tea &amp; &lt;b&gt; is silent until" in done.text
    (made,) = served.archive.silences(now + timedelta(hours=1))
    assert (made.rule, made.why) == (ODD, "enough <i>")
    assert timedelta(hours=2) <= made.until - now < timedelta(hours=2, minutes=5)
    asked = await served.client.get("/rules/silence", params={"name": ODD}, headers=PAGE)
    assert "enough &lt;i&gt;" in asked.text
    ended = await _sent(served, "/rules/silence/end", ODD)
    assert "is heard again; 0 alerts kept back" in ended.text
    assert not served.archive.silences(datetime.now(UTC))


@pytest.mark.parametrize("until", ["soon", "-4h", "2001-01-01T00:00", "", "9" * 300 + "d"])
async def test_a_length_of_time_that_is_none_is_told_at_its_field(served: Served, until: str) -> None:
    """Nothing is silenced, and what was typed is still there."""
    answer = await _sent(served, "/rules/silence", "japan", until=until, why="because")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'value="because"' in answer.text
    assert not served.archive.silences(datetime.now(UTC))


async def test_only_a_rule_that_is_there_and_only_by_its_own_form(served: Served) -> None:
    """A link alone silences nothing: programs that read mails follow links."""
    for name in ("", "nosuch"):
        assert (await served.client.get("/rules/silence", params={"name": name})).status_code == 404
    forged = await served.client.post("/rules/silence", data={"name": "japan", "until": "4h"}, headers=PAGE)
    assert forged.status_code in (400, 403)
    await served.client.get("/rules/silence", params={"name": "japan", "until": "4h"})
    assert not served.archive.silences(datetime.now(UTC))
