"""A real server on loopback over an archive with hostile news in three scripts, and a client of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from archive.store import Archive
from khabardar.settings import Settings, load
from khabardar.web.application import application
from khabardar.web.desk import Desk
from khabardar.web.server import Web
from khabardar.wiring import import_lines

PASSWORD = "a long enough password"
NOW = datetime.now(UTC).replace(microsecond=0)
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)> Japan \u202e "quoted" & \'co\''

CONFIG = """\
[topics]
japan = 'japan OR جاپان* OR 日本'

[[sources]]
name = "dawn"
feed = "https://dawn.example/feed?key=s3cretkey"
language = "en"

[[sources]]
name = "brief"
feed = "https://brief.example/feed"
store = "link"

[[channels]]
name = "hook"
kind = "webhook"
url = "https://hook.example/"

[[rules]]
name = "japan"
query = 'topic:japan'
channels = ["hook"]

[[rules]]
name = "tea & <b>"
query = 'tea NOT coffee'
"""


def line(number: int, **more: object) -> str:
    item = {
        "url": f"https://dawn.example/news/{number}",
        "source": "dawn",
        "title": f"Story {number}",
        "language": "en",
    }
    return json.dumps({**item, "published_at": f"{NOW - timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ}", **more})


ITEMS = [
    line(1, title=HOSTILE, body=f"Tea in Japan.\n\n{HOSTILE}", section='<b>"x"', url="javascript:alert(1)", id="evil"),
    line(2, title="日本の自動車産業", language="ja", source="nikkei"),
    line(3, title="جاپان سے گاڑیاں", language="ur", summary="جاپان کی خبر"),
    line(4, title="Coffee and tea", section="business"),
    line(
        5,
        title="Japan in brief",
        source="brief",
        body="Words about Japan that may not be shown.",
        url="https://brief.example/5",
    ),
    *(line(number, title=f"Markets today {number}", body="Rates of cotton rose.") for number in range(10, 60)),
]


@dataclass
class Served:
    """A running server: its archive and configuration, and a client that may be asked."""

    archive: Archive
    settings: Settings
    desk: Desk
    app: ASGIApp
    client: httpx.AsyncClient

    def id_of(self, query: str) -> str:
        from query import parse

        return next(iter(self.archive.search(parse(query)))).id


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """An archive with the items, to be copied."""
    import asyncio

    folder = tmp_path_factory.mktemp("news")
    shutil.copy(migrated_sqlite, folder / "khabardar.db")
    (folder / "khabardar.toml").write_text(CONFIG, encoding="utf-8")
    refused: list[str] = []
    counts = asyncio.run(
        import_lines(
            load(folder / "khabardar.toml"), ITEMS, alert=False, on_bad=lambda number, why: refused.append(why)
        )
    )
    assert (counts["new"], refused) == (len(ITEMS), [])
    return folder / "khabardar.db"


@pytest.fixture
async def serve(tmp_path: Path, news: Path, migrated_sqlite: Path) -> AsyncIterator[Serve]:
    """Starts servers: ``password`` None for none, ``empty`` for an archive without items, ``beside`` for the archive of
    another one."""
    opened: list[tuple[Web, Archive, Desk, httpx.AsyncClient]] = []

    def configured(empty: bool) -> Settings:
        folder = tmp_path / f"desk-{len(opened)}"
        folder.mkdir()
        shutil.copy(migrated_sqlite if empty else news, folder / "khabardar.db")
        (folder / "khabardar.toml").write_text(CONFIG, encoding="utf-8")
        return load(folder / "khabardar.toml")

    async def started(password: str | None = None, *, empty: bool = False, beside: Served | None = None) -> Served:
        settings = beside.settings if beside else configured(empty)
        archive = Archive.open(settings.archive.url)
        desk = Desk(archive, settings)
        app = application(desk, password)
        web = Web(app, "127.0.0.1:0")
        web.start()
        client = httpx.AsyncClient(base_url="http://{}:{}".format(*web.address), trust_env=False, timeout=30)
        opened.append((web, archive, desk, client))
        return Served(archive, settings, desk, app, client)

    yield started
    for web, archive, desk, client in opened:
        await client.aclose()
        await web.stop()
        desk.close()
        archive.close()


@pytest.fixture
async def served(serve: Serve) -> Served:
    """Open to this machine, with the items."""
    return await serve()


@pytest.fixture
async def locked(serve: Serve) -> Served:
    """With a password."""
    return await serve(PASSWORD)


async def sign_in(served: Served, password: str = PASSWORD) -> httpx.Response:
    """Opens the form and sends it."""
    import re

    form = (await served.client.get("/login")).text
    sign = re.search(r'name="sign" value="(\w+)"', form)
    assert sign, form
    return await served.client.post("/login", data={"password": password, "sign": sign[1], "next": "/search?q=japan"})
