"""Rules on the page over a real server: what a list says, a query tried, and the file written by a form."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from archive.model import Visit, VisitStatus
from archive.standing import Afterwards, Health, Standing
from khabardar.config_file import read
from khabardar.settings import load
from tests.khabardar.web.conftest import NOW, Serve, Served, sign_in

URDU = "topic:japan AND (گاڑی* OR 自動車)"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def running(served: Served) -> Served:
    """A service that takes up the file when a rule was changed."""
    return _with_reload(served)


def _with_reload(served: Served) -> Served:
    async def reload() -> bool:
        served.desk.take_up(load(served.settings.path))
        return True

    served.desk.reload = reload
    return served


def _file(served: Served) -> Path:
    return served.settings.path


def _write(served: Served, text: str | bytes) -> None:
    """The operator's own hand, taken up by the service."""
    _file(served).write_bytes(text.encode() if isinstance(text, str) else text)
    served.desk.take_up(load(_file(served)))


async def _form(served: Served, path: str) -> dict[str, str]:
    """The fields of a form as a browser would send them back."""
    page = (await served.client.get(path, headers=PAGE)).text
    form = re.search(r'<form class="search rule-form".*?</form>', page, re.DOTALL)
    assert form, page
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            fields[html.unescape(name[1])] = html.unescape(value[1]) if value else "on"
    area = re.search(r"<textarea[^>]*>(.*?)</textarea>", form[0], re.DOTALL)
    assert area
    fields["query"] = html.unescape(area[1])
    chosen = re.search(r'<option value="(\w+)" selected', form[0])
    return {**fields, "repeat": chosen[1] if chosen else "story"}


async def _save(served: Served, path: str, **changed: str) -> httpx.Response:
    fields = {**await _form(served, path), **changed, "do": "save"}
    return await served.client.post(path.partition("?")[0], data=fields, headers=PAGE)


async def _switch(served: Served, rule: str, do: str, **changed: str) -> httpx.Response:
    fields = await _form(served, "/rules/new")
    sent = {"sign": fields["sign"], "was": fields["was"], "rule": rule, "do": do, **changed}
    return await served.client.post("/rules/switch", data=sent, headers=PAGE)


# -- written into the file --------------------------------------------------------------------------------------------


NASTY = """\
# ours\r
[topics]\r
japan = 'japan OR جاپان* OR 日本' # three scripts\r
\r
[[sources]]\r
name = "dawn"\r
feed = "https://dawn.example/feed"\r
\r
# cars\r
[[rules]] # one\r
name = "japan" # stays\r
query = '''\r
topic:japan\r
  OR tokyo''' # why\r
channels = ["hook"]\r
# between\r
[[channels]]\r
name = "hook"\r
kind = "webhook"\r
url = "https://hook.example/"\r
\r
[[rules]]\r
name = "tea"\r
query = "${RULES_TEST_WORDS} tea"\r
"""


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
async def test_only_the_rule_changes_in_a_file_with_everything_in_it(
    bom: bytes, running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows line ends, a byte order mark, comments, a table in between, a text of several lines, the environment."""
    monkeypatch.setenv("RULES_TEST_WORDS", "verysecretword")
    _write(running, bom + NASTY.encode())
    answer = await _save(running, "/rules/edit?name=tea", wait="5m", urgent="on")
    assert answer.headers["location"] == "/rules?did=saved&name=tea"
    expected = bom + (NASTY + 'wait = "5m"\r\nurgent = true\r\n').encode()
    assert _file(running).read_bytes() == expected
    answer = await _save(running, "/rules/edit?name=japan", query=URDU)
    assert answer.status_code == 303
    old = b"query = '''\r\ntopic:japan\r\n  OR tokyo''' # why\r\n"
    assert _file(running).read_bytes() == expected.replace(old, f"query = '{URDU}' # why\r\n".encode())
    assert running.desk.view.rules["japan"].query == URDU


async def test_form_that_changes_nothing_writes_nothing(running: Served) -> None:
    """Not even another quote."""
    before = _file(running).stat()
    assert (await _save(running, "/rules/edit?name=japan")).headers["location"] == "/rules"
    assert _file(running).stat() == before


async def test_rule_is_added_taken_up_and_told_with_an_account_in_the_log(running: Served) -> None:
    """With what a search looked for; the list shows it."""
    before = _file(running).read_text()
    with capture_logs() as logs:
        answer = await _save(running, "/rules/new?q=" + URDU, name="گاڑیاں <b>", deliver="daily 8:00")
    assert answer.status_code == 303
    assert _file(running).read_text() == before + (
        f'\n[[rules]]\nname = "گاڑیاں <b>"\nquery = \'{URDU}\'\ndeliver = "daily 8:00"\nchannels = ["hook"]\n'
    )
    page = (await running.client.get(answer.headers["location"])).text
    assert "The rule گاڑیاں &lt;b&gt; was written to khabardar.toml and is in force." in page
    account = next(one for one in logs if one["event"] == "a rule was changed on the page")
    assert (account["did"], account["rule"], account["address"]) == ("added", "گاڑیاں <b>", "127.0.0.1")
    assert account["keys"] == ["name", "query", "deliver", "channels"]


async def test_link_to_a_list_claims_nothing_that_is_not_so(running: Served) -> None:
    """Whoever makes the address."""
    for claim in ("did=saved&name=never", "did=disabled&name=japan", "did=deleted&name=japan", "did=nonsense"):
        assert 'class="box good"' not in (await running.client.get(f"/rules?{claim}")).text


@pytest.mark.parametrize(
    ("changed", "key", "said"),
    [
        ({"query": "topic:japn"}, "q", "topic:japan"),
        ({"query": "a OR"}, "q", "Column"),
        ({"query": "-a"}, "q", "Column"),
        ({"name": "JAPAN"}, "name", "already used"),
        ({"name": ""}, "name", "empty"),
        ({"name": "a\u202eb"}, "name", "printable"),
        ({"deliver": "monthly"}, "deliver", "no time of delivery"),
        ({"wait": "soon"}, "wait", "soon"),
        ({"wait": "5m", "deliver": "hourly"}, "wait", "deliver"),
        ({"repeat": "never"}, "repeat", "Must be one of"),
        ({"channel:nobody": "on"}, "channels", "no channel"),
        ({"query": "x", "name": "${HOME}"}, "name", "environment"),
        ({"query": "${PATH} tea"}, "query", "environment"),
        ({"channel:${PATH}": "on"}, "channels", "environment"),
    ],
)
async def test_what_the_loader_would_refuse_is_told_at_its_field(
    changed: dict[str, str], key: str, said: str, running: Served
) -> None:
    """Nothing is written, what was typed is still there, and nothing of the environment is given away."""
    before = _file(running).stat()
    answer = await _save(running, "/rules/new", **{"name": "new", "query": "tea", **changed})
    assert answer.status_code == 422
    told = re.search(rf'id="wrong-{key}"[^>]*>(.*?)</(p|div)>', answer.text, re.DOTALL)
    assert told, answer.text
    assert said in told[0] + answer.text[answer.text.index(told[0]) :][:800]
    assert "/usr/bin" not in answer.text
    assert f">{html.escape(changed.get('query', 'tea'))}</textarea>" in answer.text
    assert _file(running).stat() == before


async def test_rule_that_others_name_cannot_be_taken_away(running: Served) -> None:
    """Nor renamed: the file would not be good, and the line that stands against it is named."""
    _write(running, _file(running).read_text() + "\n[[rules]]\nname = 'both'\nquery = 'rule:japan tea'\n")
    before = _file(running).stat()
    for answer in (
        await _switch(running, "japan", "delete"),
        await _save(running, "/rules/edit?name=japan", name="nippon"),
    ):
        assert answer.status_code in (409, 422)
        assert "rules[both].query" in answer.text
    assert _file(running).stat() == before


async def test_of_two_editors_one_wins_and_the_other_is_told(running: Served) -> None:
    """With what the file says now, and what was typed still in the form; sent again it is meant."""
    forms = [{**await _form(running, "/rules/edit?name=japan"), "do": "save", "query": q} for q in ("one", "two")]
    answers = await asyncio.gather(*(running.client.post("/rules/edit", data=form) for form in forms))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    won = running.desk.view.rules["japan"].query
    assert {"one", "two"} == {won, re.findall(r"<textarea[^>]*>(.*?)</textarea>", late.text)[0]}
    assert f"query = &#39;{won}&#39;" in late.text
    again = {**next(form for form in forms if form["query"] != won), "was": read(_file(running)).mark}
    assert (await running.client.post("/rules/edit", data=again)).status_code == 303
    assert running.desk.view.rules["japan"].query != won


async def test_file_that_an_editor_wrote_meanwhile_is_not_overwritten(running: Served) -> None:
    """By a switch neither."""
    form = {**await _form(running, "/rules/new"), "name": "new", "query": "x", "do": "save"}
    _file(running).write_text(_file(running).read_text() + "# a line by hand\n")
    assert (await running.client.post("/rules/new", data=form)).status_code == 409
    assert (await _switch(running, "japan", "delete", was=form["was"])).status_code == 409
    assert _file(running).read_text().endswith("# a line by hand\n")
    assert "changed after the service took it up" not in (await running.client.get("/rules")).text


async def test_rule_is_disabled_enabled_and_deleted(running: Served) -> None:
    """In the file and in force; the rest of the file is as it was in the end."""
    before = _file(running).read_text()
    for do, enabled in (("disable", False), ("enable", True)):
        answer = await _switch(running, "tea & <b>", do)
        assert running.desk.view.rules["tea & <b>"].enabled is enabled
        page = (await running.client.get(answer.headers["location"])).text
        assert f"The rule tea &amp; &lt;b&gt; is {do}d." in page
    answer = await _switch(running, "tea & <b>", "delete")
    assert "was taken out of" in (await running.client.get(answer.headers["location"])).text
    assert list(running.desk.view.rules) == ["japan"]
    assert _file(running).read_text() == before[: before.index('[[rules]]\nname = "tea')]
    assert (await _switch(running, "tea & <b>", "delete")).status_code == 404
    assert (await _switch(running, "japan", "explode")).status_code == 400


async def test_link_to_the_file_stays_a_link(running: Served, tmp_path: Path) -> None:
    """What it leads to is written, with its mode."""
    real = tmp_path / "elsewhere.toml"
    _file(running).rename(real)
    real.chmod(0o604)
    _file(running).symlink_to(real)
    assert (await _switch(running, "japan", "disable")).status_code == 303
    assert _file(running).is_symlink()
    assert "enabled = false" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o604


async def test_file_that_is_read_only_gets_the_text_to_paste(running: Served) -> None:
    """A new rule, a changed one as it should stand; a wrong one is told before."""
    _file(running).chmod(0o444)
    before = _file(running).read_bytes()
    page = (await running.client.get("/rules")).text
    assert "Rules cannot be changed from here" in page
    assert '<button class="plain" name="do"' not in page
    answer = await _save(running, "/rules/new?q=it's", name="new", deliver="hourly")
    assert answer.status_code == 200
    text = re.findall(r"<pre[^>]*>(.*?)</pre>", answer.text, re.DOTALL)[0]
    assert html.unescape(text) == (
        '[[rules]]\nname = "new"\nquery = "it\'s"\ndeliver = "hourly"\nchannels = ["hook"]\n'
    )
    answer = await _save(running, "/rules/edit?name=japan", deliver="hourly")
    assert html.unescape(re.findall(r"<pre[^>]*>(.*?)</pre>", answer.text, re.DOTALL)[0]) == (
        '[[rules]]\nname = "japan"\nquery = \'topic:japan\'\nchannels = ["hook"]\ndeliver = "hourly"\n'
    )
    assert (await _save(running, "/rules/edit?name=japan", deliver="x")).status_code == 422
    assert (await _switch(running, "japan", "delete")).status_code == 409
    assert _file(running).read_bytes() == before


async def test_file_that_is_broken_meanwhile_is_left_to_its_editor(running: Served) -> None:
    """The list shows the rules in force; nothing can be written into a file that is not good."""
    _file(running).write_text("[[rules]\n")
    assert "not valid TOML" in (await running.client.get("/rules")).text
    assert (await running.client.get("/rules/edit?name=japan", headers=PAGE)).status_code == 409
    _file(running).write_bytes(b"\xff")
    assert (await running.client.get("/rules/new", headers=PAGE)).status_code == 409
    _file(running).unlink()
    assert (await running.client.get("/rules", headers=PAGE)).status_code == 200
    assert (await running.client.get("/rules/new", headers=PAGE)).status_code == 409


async def test_reload_that_is_refused_or_not_there_is_told(served: Served) -> None:
    """What was written is not said to be in force."""
    answer = await _switch(served, "japan", "disable")
    assert answer.headers["location"].startswith("/rules?did=kept")
    assert "not in force yet" in (await served.client.get(answer.headers["location"])).text


async def test_rules_in_one_list_are_changed_there(running: Served) -> None:
    """Each on its line."""
    rest = _file(running).read_text().split("[[rules]]")[0]
    listed = "rules = [\n  {name = 'a', query = 'b'}, # one\n  {name = 'c', query = 'd'},\n]\n"
    _write(running, listed + rest)
    assert (await _save(running, "/rules/edit?name=a", query="b c")).status_code == 303
    assert _file(running).read_text() == listed.replace("'b'", "'b c'") + rest
    assert (await _switch(running, "c", "delete")).status_code == 303
    assert (await _save(running, "/rules/new", name="e", query="f")).status_code == 303
    assert list(running.desk.view.rules) == ["a", "e"]


async def test_only_a_person_may_write(serve: Serve) -> None:
    """No token opens the forms; a session does, and the log names it without giving it away."""
    locked = _with_reload(await serve("a long enough password"))
    words = locked.archive.create_token("all", ["read"], datetime.now(UTC))
    before = _file(locked).read_bytes()
    bearer = {"Authorization": f"Bearer {words}"}
    for path in ("/rules/new", "/rules/edit", "/rules/switch"):
        sent = {"rule": "japan", "do": "delete", "was": read(_file(locked)).mark}
        assert (await locked.client.post(path, data=sent, headers=bearer)).status_code == 403
    assert (await locked.client.get("/rules", headers=bearer)).headers["location"].startswith("/login")
    assert _file(locked).read_bytes() == before
    await sign_in(locked)
    with capture_logs() as logs:
        assert (await _switch(locked, "japan", "disable")).status_code == 303
    account = next(one for one in logs if one["event"] == "a rule was changed on the page")
    assert re.fullmatch(r"[0-9a-f]{8}", account["session"])
    assert account["session"] not in locked.client.cookies["khabardar"]


# -- tried ------------------------------------------------------------------------------------------------------------


async def test_query_is_tried_with_words_and_samples(served: Served) -> None:
    """In three scripts, marked; by a button without a script."""
    page = (await served.client.get("/rules/try", params={"q": "topic:japan OR cotton"})).text
    assert "<strong>54 alerts</strong>" in page
    assert 'aria-label="Alerts per day' in page
    words = re.findall(r"<li><bdi>(.*?)</bdi> <span class=\"soft\">(\d+)", page)
    assert words[0] == ("cotton", "50")
    assert ("日本", "1") in words
    assert "<mark>Japan</mark>" in page
    assert 'href="/rules/new?q=topic%3Ajapan+OR+cotton"' in page


async def test_unfinished_query_is_not_shouted_at(served: Served) -> None:
    """While somebody types it is a soft word; when the field is left it is an error with its place and a suggestion."""
    part = {"X-Part": "1"}
    typing = await served.client.get("/rules/try", params={"q": "topic:japn", "typing": "1"}, headers=part)
    assert (typing.status_code, "alert" in typing.text, "unfinished" in typing.text) == (200, False, True)
    left = await served.client.get("/rules/try", params={"q": "topic:japn"}, headers=part)
    assert 'id="wrong-q" class="error" role="alert"' in left.text
    assert 'Did you mean <code dir="auto">topic:japan</code>' in left.text
    assert "<html" not in left.text
    assert (await served.client.get("/rules/try", params={"q": "topic:japn"}, headers=PAGE)).status_code == 422
    assert (await served.client.get("/rules/try", params={"q": ""}, headers=PAGE)).status_code == 200


@pytest.mark.parametrize("since", ["soon", "9999-01-01", "0001-01-01", "99999999d", "-1d", "20y"])
async def test_time_that_is_none_is_told(since: str, served: Served) -> None:
    """At its field."""
    answer = await served.client.get("/rules/try", params={"q": "japan", "since": since}, headers=PAGE)
    assert answer.status_code == 422
    assert 'id="wrong-since"' in answer.text


async def test_trial_that_had_no_time_says_how_far_it_looked(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """An expression alone, with no time at all: the figures count only what was looked at."""
    from archive import candidates
    from khabardar.web.pages import rule_trial

    monkeypatch.setattr(rule_trial, "SECONDS", 0.0)
    monkeypatch.setattr(candidates, "FIRST", 2)
    page = (await served.client.get("/rules/try", params={"q": "/r.tes/"})).text
    assert "There was no time to look at all of it" in page
    assert "Nothing matched" not in page
    assert "(less than a day of 30)" in page or "day of 30)" in page


async def test_trial_in_the_form_writes_nothing_and_keeps_what_was_typed(running: Served) -> None:
    """The button beside the query; also the first that a browser takes for the Enter key."""
    before = _file(running).stat()
    form = {**await _form(running, "/rules/new"), "name": "half", "query": "tea", "deliver": "hourly", "do": "try"}
    page = (await running.client.post("/rules/new", data=form)).text
    assert "<strong>2 alerts</strong>" in page
    assert 'value="half"' in page
    assert 'value="hourly"' in page
    del form["do"]
    assert "<strong>2 alerts</strong>" in (await running.client.post("/rules/new", data=form)).text
    assert _file(running).stat() == before


async def test_environment_of_a_rule_is_tried_but_not_shown(running: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form shows the variable, the list stars; what is only typed is never replaced."""
    monkeypatch.setenv("RULES_TEST_WORDS", "coffee")
    _write(running, _file(running).read_text().replace("'tea NOT coffee'", "'${RULES_TEST_WORDS}'"))
    assert "coffee" not in (await running.client.get("/rules")).text
    form = await _form(running, "/rules/edit?name=tea+%26+%3Cb%3E")
    assert form["query"] == "${RULES_TEST_WORDS}"
    page = (await running.client.post("/rules/edit", data={**form, "do": "try"})).text
    assert "<strong>1 alert</strong>" in page
    asked = {"q": "${RULES_TEST_WORDS}", "rule": "tea & <b>"}
    live = await running.client.get("/rules/try", params=asked, headers={"X-Part": "1"})
    assert "<strong>1 alert</strong>" in live.text
    whole = await running.client.get("/rules/try", params=asked)
    assert ">${RULES_TEST_WORDS}</textarea>" in whole.text
    live = await running.client.get("/rules/try", params={**asked, "rule": "japan"}, headers={"X-Part": "1"})
    assert "<strong>1 alert</strong>" not in live.text
    typed = await _form(running, "/rules/new")
    page = (await running.client.post("/rules/new", data={**typed, "query": "${RULES_TEST_WORDS}", "do": "try"})).text
    assert "<strong>0 alerts</strong>" in page or 'id="wrong-q"' in page


# -- the list ---------------------------------------------------------------------------------------------------------


async def test_list_says_what_each_rule_did_and_cannot_see(running: Served) -> None:
    """Bars in words, the last match, a silence and its end, dark sources only where the rule could match them."""
    text = _file(running).read_text()
    _write(running, text + "\n[[rules]]\nname = 'brief'\nquery = 'source:brief'\n")
    dark = Standing("dawn", state=Health.DARK, since=NOW - timedelta(hours=9), why="<i>timeout</i>")
    visit = Visit("dawn", VisitStatus.FAILED, NOW, NOW, error="timeout")
    running.archive.checked(visit, NOW + timedelta(hours=1), after=Afterwards((dark,)))
    running.archive.silence("japan", NOW + timedelta(hours=4), "too <many>", NOW - timedelta(minutes=1))
    page = (await running.client.get("/rules")).text
    parts = {html.unescape(name): part for part in page.split("<article")[1:] for name in _names(part)}
    assert "4 matches in 30 days" in parts["japan"]
    assert 'aria-label="Matches per day from' in parts["japan"]
    assert f"Silenced until {NOW + timedelta(hours=4):%Y-%m-%d %H:%M}: <bdi>too &lt;many&gt;" in parts["japan"]
    assert f"since {NOW - timedelta(hours=9):%Y-%m-%d %H:%M} (<bdi>&lt;i&gt;timeout" in parts["japan"]
    assert "Blind to" in parts["tea & <b>"]
    assert "Blind to" not in parts["brief"]
    assert "0 matches in 30 days" in parts["brief"]
    assert "none yet" in parts["brief"]


def _names(part: str) -> list[str]:
    return re.findall(r"<h2><bdi>(.*?)</bdi>", part)


async def test_long_list_is_parted_and_found_in(running: Served) -> None:
    """Sixty rules: fifty, then ten; by a part of the name."""
    rules = "".join(f"\n[[rules]]\nname = 'rule {number}'\nquery = 'w{number}'\n" for number in range(60))
    _write(running, _file(running).read_text() + rules)
    page = (await running.client.get("/rules")).text
    assert len(_names(page)) == 50
    more = re.search(r'rel="next" href="([^"]+)"', page)
    assert more
    assert len(_names((await running.client.get(html.unescape(more[1]))).text)) == 12
    assert _names((await running.client.get("/rules?find=RULE+59")).text) == ["rule 59"]
    assert (await running.client.get("/rules?from=-1&find=%00")).status_code == 200


async def test_explain_leads_to_the_item(served: Served) -> None:
    """By address or id."""
    answer = await served.client.get("/rules/explain", params={"item": "https://dawn.example/news/4"})
    assert answer.headers["location"] == "/items/https%3A%2F%2Fdawn.example%2Fnews%2F4"
    assert (await served.client.get("/rules/explain")).headers["location"] == "/rules"


async def test_empty_configuration_says_what_to_do(serve: Serve) -> None:
    """No rules, no items."""
    empty = await serve(empty=True)
    _write(empty, _file(empty).read_text().split("[[rules]]")[0])
    assert "There are no rules yet" in (await empty.client.get("/rules")).text
    assert "Nothing matched" in (await empty.client.get("/rules/try?q=tea")).text
    assert (await empty.client.get("/rules/edit?name=nix", headers=PAGE)).status_code == 404
