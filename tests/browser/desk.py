"""The desk the browser looks at: a configuration, news of the sample newsroom, and what hostile outlets send."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.model import Judged
from archive.store import Archive
from khabardar.demo import content
from khabardar.settings import load
from khabardar.wiring import import_lines
from tests.route.articles import invented
from tests.route.newsroom import Hook

PASSWORD = "seven quiet harbours"
EDITED = "https://port-city.example/harbour-dues"
HOSTILE_RULE = "tea & <b>cups</b>"

_CONFIG = """\
[archive]
url = "sqlite:///news.db"

[web]
listen = "127.0.0.1:0"

[service]
timezone = "Asia/Karachi"

[topics]
japan = 'japan OR japanese OR tokyo OR nagoya OR جاپان* OR 日本'
pakistan = 'pakistan OR pakistani OR پاکستان* OR パキスタン'
automotive = 'automotive OR automobile OR "auto industry" OR "used cars" OR گاڑی* OR 自動車'
"""
_SOURCE = """
[[sources]]
name = "{name}"
feed = "https://{name}.example/feed"
language = "{language}"
enabled = false
"""
_RULE = """
[[rules]]
name = "{name}"
query = '{query}'
channels = ["{channel}"]
wait = "0s"
"""
_HOOK = """
[[channels]]
name = "{name}"
kind = "webhook"
url = "{url}"
allow_addresses = ["127.0.0.0/8"]
"""
RULES = {
    "japan-automotive": ("topic:japan AND topic:automotive NOT source:maidan*", "desk"),
    "used-cars": ('"used cars" OR "used vehicles" OR 中古車', "desk"),
    "port-costs": ("port NEAR/8 (levy OR tariff OR charge OR dues)", "desk"),
}

_LONG = "W" * 10_000
_ATTACK = (
    '<script>window.pwned="script"</script><img src=x onerror="window.pwned=1"><svg/onload=window.pwned=2>'
    "</title></textarea></pre><a href=\"javascript:window.pwned=3\" onmouseover='window.pwned=4'>tea</a>"
)
_BROKEN = "👨\u200d👩\u200d 🇵 \ufe0f\u200d \U0001f3ff \ufffd e" + "\u0301" * 300
HOSTILE: tuple[dict[str, object], ...] = (
    {"id": "attack", "title": f"Tea {_ATTACK}", "summary": _ATTACK, "body": f"Tea.\n\n{_ATTACK}", "author": _ATTACK}
    | {"section": _ATTACK, "place": _ATTACK, "credit": _ATTACK, "url": "javascript:window.pwned=5"},
    {"id": "outlet", "title": "Tea of an outlet with a name", "source": f'"><script>window.pwned=6</script>{_ATTACK}'},
    {"id": "data", "title": "Tea by data", "url": "data:text/html,<script>window.pwned=7</script>"},
    {"id": "turned", "title": "Tea \u202egnp.exe\u202c \u2066turned\u2069 \u200f", "body": "\u202eTea backwards"},
    {"id": "long", "title": f"Tea {_LONG}", "summary": _LONG, "body": f"{_LONG}\n{_LONG}", "section": _LONG[:3000]},
    {"id": "broken", "title": f"Tea {_BROKEN}", "body": "\ud83d tea"},
    {"id": "braces", "title": "Tea {{ 7*7 }} {% raw %} ${7*7} &lt;script&gt; &#x3c;b&#x3e;", "language": '"><x lang='},
    {"id": "endless", "title": "Tea on", "body": "\n".join(f"{n} {'ک' * 60}" for n in range(9_000))},
    {"id": "empty", "title": ".", "body": "\n\n \n"},
    {"id": "ur-long", "title": "چائے " + "ک" * 5_000, "language": "ur", "summary": "چائے"},
)  # fmt: skip

_GOODS = ("Rice", "Cotton yarn", "Towel", "Football", "Leather", "Marble", "Mango", "Surgical steel")
_HOW = ("rise", "fall", "hold steady", "resume after the strike", "find new buyers", "wait for ships")


def _line(number: int, **told: object) -> str:
    moment = datetime.now(UTC) - timedelta(minutes=7 * number + 3)
    item = {"url": f"https://hostile.example/{number}", "source": "hostile", "title": "", "language": "en"}
    return json.dumps({**item, "published_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}", **told})


def _newsroom() -> Iterable[str]:
    """Every piece of the sample newsroom as if it had come out within the last hours; and the exports of some weeks."""
    pieces = [piece for piece in content.load().pieces.values() if not piece.path]
    for number, piece in enumerate(pieces):
        outlet = content.load().outlet(piece.outlet)
        fields = {"section": piece.section, "author": piece.author, "place": piece.place, "credit": piece.credit}
        yield _line(
            number * 4,
            **{name: value for name, value in fields.items() if value},
            url=f"https://{piece.outlet}.example/{piece.id}",
            source=piece.outlet,
            title=piece.title,
            summary=piece.summary or None,
            body=re.sub("{{.*?}}", "Monday", piece.body).strip(),
            language=outlet.language,
        )
    for number, (goods, how) in enumerate(itertools.product(_GOODS, _HOW)):
        day = 2 + number // 3 + number % 5
        yield _line(
            day * 205 + number,
            url=f"https://port-city-business.example/{number}",
            source="port-city-business",
            section="exports",
            title=f"{goods} exports to Japan {how}",
            summary=f"{goods} of Pakistan {how}, says the monthly table of the exchange.",
            body=invented(number),
        )
    dues = "Terminal operators at the port announced new dues on Monday."
    yield _line(6, url=EDITED, source="port-city-business", section="ports", title="Port raises its dues", body=dues)


def furnish(folder: Path, template: Path, *, news: bool = True, hostile: bool = False, web: str = "") -> None:
    """Configuration and archive for a service that is to run in ``folder``; ``template`` is an archive with its tables
    and nothing in it. ``web`` are further lines of ``[web]``."""
    hook = Hook()
    try:
        _configure(folder, hook.url, hostile=hostile, web=web)
        (folder / "news.db").write_bytes(template.read_bytes())
        lines = [_line(number, **told) for number, told in enumerate(HOSTILE)] if hostile else []
        if news:
            lines += _newsroom()
        if lines:
            _fill(folder, lines)
        if news:
            _edit(folder)
    finally:
        hook.close()


def _configure(folder: Path, hook: str, *, hostile: bool, web: str) -> None:
    rules = RULES | ({HOSTILE_RULE: ("tea", "desk"), "nobody-hears": ("levy", "away")} if hostile else {})
    outlets = content.load().outlets
    parts = [_CONFIG.replace("[web]", f"[web]\n{web}")]
    parts += [_SOURCE.format(name=one.name, language=one.language) for one in outlets]
    parts += [_HOOK.format(name="desk", url=hook), _HOOK.format(name="away", url="http://127.0.0.1:9/hook")]
    parts += [_RULE.format(name=name, query=query, channel=channel) for name, (query, channel) in rules.items()]
    (folder / "khabardar.toml").write_text("".join(parts), encoding="utf-8")


def _fill(folder: Path, lines: list[str]) -> None:
    refused: list[str] = []
    settings = load(folder / "khabardar.toml")
    counts = asyncio.run(import_lines(settings, lines, alert=True, on_bad=lambda number, why: refused.append(why)))
    assert refused == [], counts


def _edit(folder: Path) -> None:
    """One article is edited after it was told."""
    archive = Archive.open(f"sqlite:///{folder / 'news.db'}")
    try:
        old = archive.find(EDITED)
        assert old
        now = datetime.now(UTC)
        body = "Terminal operators at the port put off new dues until spring."
        edited = replace(old, title="Port puts off its dues", body=body, seen_at=now, id="")
        archive.keep([Judged(edited)], now, via="crawl")
    finally:
        archive.close()
