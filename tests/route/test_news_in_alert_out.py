"""From outside: a feed and pages on loopback, the commands, a real mailbox and a real webhook receiver."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

from tests.route.articles import numbered, seed
from tests.route.conftest import Town

NOW = datetime.now(UTC).replace(second=0, microsecond=0)


def test_one_article_gives_one_mail_and_one_call_and_a_second_run_gives_none(town: Town) -> None:
    """The main job: read the page, match, tell each channel once."""
    url = town.outlet.publish(seed(NOW - timedelta(hours=1)))
    town.khabardar("crawl")
    town.khabardar("crawl")
    assert len(town.mailbox.mails) == 1
    assert len(town.hook.calls) == 1
    body = town.hook.calls[0].body
    assert body["type"] == "alert"
    assert [rule["name"] for rule in body["data"]["rules"]] == ["japan-automotive"]
    item = body["data"]["stories"][0]["items"][0]
    assert item["url"] == url
    assert item["title"] == "Pakistan, Japan Set Up Group On Automotive Parts, Training"
    assert item["author"] == "Farida Anwar"
    assert item["place"] == "ISLAMABAD"
    assert item["credit"] == "Ravi Agency / Indus News Desk"
    assert item["published_at"] == (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert item["body"].startswith("Officials from Pakistan and Japan agreed on Friday")
    assert item["body"].endswith("is to be ready.")
    for furniture in ("Open Menu", "Published", "Farida", "Set Up Group", "set up group on automotive", "About us"):
        assert furniture not in item["body"]
    for match in item["matches"]:
        assert item[match["field"]][match["start"] : match["end"]] == match["text"]
    assert {match["text"] for match in item["matches"]} >= {"Japan", "automotive"}
    mail = town.mailbox.mails[0]
    assert item["title"] in " ".join(mail["Subject"].split())
    assert body["data"]["delivery_id"] != mail["Message-ID"].strip("<>").partition("@")[0]
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        assert url in part.get_content()


def test_old_news_of_a_first_visit_is_kept_and_alerts_nobody(town: Town) -> None:
    """The default first_visit: a new source does not flood anybody with its past."""
    url = town.outlet.publish(seed(datetime(2025, 8, 15, 13, tzinfo=UTC)))
    town.khabardar("crawl")
    assert town.hook.calls == []
    assert town.mailbox.mails == []
    found = town.json_lines("search", "japan AND automotive", "--format", "jsonl")
    assert [item["url"] for item in found] == [url]
    assert "first_visit" in town.khabardar("explain", url)


def test_first_visit_all_alerts_on_the_past_too(town: Town) -> None:
    """Who asks for it gets it, marked late."""
    town.configure(crawl='first_visit = "all"')
    town.outlet.publish(seed(datetime(2025, 8, 15, 13, tzinfo=UTC)))
    town.khabardar("crawl")
    assert len(town.mailbox.mails) == 1
    (call,) = town.hook.calls
    assert call.body["data"]["stories"][0]["late"] is True


def test_what_comes_after_the_first_visit_alerts_however_old_it_claims_to_be(town: Town) -> None:
    """News that is new to us is news, also with a wrong or missing date."""
    town.khabardar("crawl")
    article = numbered(1)
    article.published = None
    town.outlet.publish(article)
    town.outlet.publish(numbered(2, NOW - timedelta(days=400)))
    town.khabardar("crawl")
    assert len(town.hook.calls) == 2


def test_a_rule_that_does_not_match_is_not_told(town: Town) -> None:
    """The archive knows it; nobody is woken."""
    town.outlet.publish(numbered(3, matching=False))
    town.khabardar("crawl")
    assert town.hook.calls == []
    assert len(town.json_lines("search", "cotton", "--format", "jsonl")) == 1


def test_a_page_that_cannot_be_read_is_kept_by_what_the_feed_said_and_read_later(town: Town) -> None:
    """The words are only on the page, and the page is broken at first: the alert comes when it can be read."""
    article = numbered(4)
    article.title, article.summary = "Ministry statement of Friday", "A statement was issued."
    whole = article.page
    article.page = ""
    town.outlet.publish(article)
    town.khabardar("crawl")
    assert town.hook.calls == []
    assert len(town.json_lines("export")) == 1
    article.page = whole
    town.khabardar("crawl")
    assert len(town.hook.calls) == 1
    assert len(town.json_lines("export")) == 1


def test_a_feed_that_has_not_changed_is_asked_with_its_own_validator(town: Town) -> None:
    """The second visit is answered 304 and reads no page again."""
    town.outlet.publish(numbered(5))
    town.khabardar("crawl")
    pages = {path: n for path, n in town.outlet.asked.items() if path.endswith(".html")}
    (line,) = town.json_lines("crawl", "--json")
    assert line["status"] == "not-modified"
    assert {path: n for path, n in town.outlet.asked.items() if path.endswith(".html")} == pages


def test_a_source_that_fails_disturbs_no_other_and_is_said(town: Town) -> None:
    """One line per source, exit code 1, the good one is kept."""
    town.configure(source='[[sources]]\nname = "gone"\nfeed = "http://127.0.0.1:9/feed"')
    town.outlet.publish(numbered(6))
    lines = [json.loads(line) for line in town.khabardar("crawl", "--json", status=1).splitlines()]
    by_name = {line["source"]: line for line in lines}
    assert by_name["outlet"]["new"] == 1
    assert by_name["gone"]["status"] == "failed"
    assert by_name["gone"]["error"]
    assert len(town.hook.calls) == 1


def test_a_call_is_signed_as_the_specification_says(town: Town) -> None:
    """Verified with plain HMAC, as a receiver would that knows only the specification."""
    secret = "whsec_" + base64.b64encode(b"a secret of a receiver").decode()
    town.configure(hook=f'secret = "{secret}"')
    town.outlet.publish(numbered(7))
    town.khabardar("crawl")
    (call,) = town.hook.calls
    signed = f"{call.id}.{call.headers['webhook-timestamp']}.".encode() + call.raw
    expected = base64.b64encode(hmac.new(b"a secret of a receiver", signed, hashlib.sha256).digest()).decode()
    assert f"v1,{expected}" in call.headers["webhook-signature"].split()
    assert call.id == call.body["data"]["delivery_id"]


def test_a_receiver_that_fails_is_tried_again_under_the_same_id_and_told_by_delivery_list(town: Town) -> None:
    """The mail goes out at once all the same; the webhook's message waits for its next try."""
    town.hook.answers = [500]
    town.outlet.publish(numbered(8))
    town.khabardar("crawl")
    assert len(town.mailbox.mails) == 1
    assert "500" in town.khabardar("delivery", "list", "--state", "owed")
    assert town.hook.calls[0].id in town.khabardar("delivery", "list", "--state", "owed")


def test_a_receiver_that_is_gone_keeps_what_is_owed_until_it_is_enabled(town: Town) -> None:
    """410 disables; `channel enable` puts it back; nothing is lost; the operator hears of it by mail."""
    town.configure(service='operator = ["desk"]')
    town.hook.answers = [410]
    town.outlet.publish(numbered(9))
    town.khabardar("crawl")
    town.outlet.publish(numbered(10))
    town.khabardar("crawl")
    assert len(town.hook.calls) == 1
    subjects = [" ".join(mail["Subject"].split()) for mail in town.mailbox.mails]
    assert any("hook" in subject and "disabled" in subject for subject in subjects), subjects
    town.khabardar("channel", "enable", "hook")
    town.khabardar("crawl")
    assert len(town.hook.calls) == 3
    assert town.hook.calls[1].id == town.hook.calls[0].id or town.hook.calls[2].id == town.hook.calls[0].id


def test_a_receiver_that_is_gone_is_asked_no_further_and_the_operator_hears_of_it_once(town: Town) -> None:
    """A dozen alerts at once, and 410 to the first ones: the rest is not even tried, and stays owed."""
    town.configure(service='operator = ["desk"]', crawl='first_visit = "all"')
    town.hook.answers = [410] * 100
    for number in range(12):
        town.outlet.publish(numbered(number))
    town.khabardar("crawl")
    assert 1 <= len(town.hook.calls) <= 4
    notices = [mail for mail in town.mailbox.mails if "disabled" in mail["Subject"]]
    assert len(notices) == 1
    town.hook.answers = []
    town.khabardar("channel", "enable", "hook")
    told = {call.id for call in town.hook.calls}
    town.khabardar("crawl")
    assert len({call.id for call in town.hook.calls} | told) == 12
    assert len({title for call in town.hook.calls for title in call.titles}) == 12


def test_import_owes_nothing_without_alert_and_tells_with_it(town: Town) -> None:
    """By the same way as crawled items: identity, story, rules."""
    lines = [{"url": f"https://example.org/{n}", "title": f"Japan automotive {n}"} for n in range(3)]
    text = "\n".join(json.dumps(line) for line in lines) + "\nnot json\n"
    assert json.loads(town.khabardar("import", "-", stdin=text, status=1)) == {
        "read": 4, "new": 3, "known": 0, "rejected": 1
    }  # fmt: skip
    assert town.hook.calls == []
    more = json.dumps({"url": "https://example.org/4", "title": "Japan automotive 4"})
    assert json.loads(town.khabardar("import", "-", "--alert", stdin=more))["new"] == 1
    assert len(town.hook.calls) == 1


def test_the_same_line_on_postgresql(town: Town, postgres_url: str) -> None:
    """By changing the URL: kept once, told once, found, explained."""
    town.configure(archive=postgres_url)
    url = town.outlet.publish(seed(NOW - timedelta(hours=1)))
    town.khabardar("crawl")
    town.khabardar("crawl")
    assert len(town.hook.calls) == len(town.mailbox.mails) == 1
    assert [item["url"] for item in town.json_lines("search", "japan automotive", "--format", "jsonl")] == [url]
    assert town.hook.calls[0].id in town.khabardar("explain", url)
