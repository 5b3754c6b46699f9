"""A folder with a configuration and four items, in which commands are run as from a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from khabardar import cli

CONFIG = """\
[topics]
japan = 'japan OR japanese OR جاپان* OR 日本'

[[sources]]
name = "dawn"
feed = "https://dawn.example/feed"

[[rules]]
name = "japan-cars"
query = 'topic:japan AND (car OR 自動車) NOT section:sports'
"""
YESTERDAY = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"


def item(number: int, **more: object) -> str:
    item = {"url": f"https://dawn.example/news/{number}", "source": "dawn", "title": f"Story {number}"}
    return json.dumps({**item, **more}, ensure_ascii=False)


ITEMS = [
    item(1, title="Japan buys cars", body="A Japanese car maker came.", published_at=YESTERDAY),
    item(2, title="日本の自動車産業", language="ja"),
    item(3, title="=HYPERLINK(\"x\") Japan wins by car \x1b[31mred", section="sports"),
    item(4, title="جاپان سے گاڑیاں", language="ur"),
]  # fmt: skip


class Shell:
    """Runs commands in a folder with a configuration; keeps what the last one wrote."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capture = capture
        self.out = self.err = ""
        (folder / "khabardar.toml").write_text(CONFIG, encoding="utf-8")
        (folder / "items.jsonl").write_text("\n".join(ITEMS) + "\n", encoding="utf-8")

    def __call__(self, *arguments: str) -> int:
        self.capture.readouterr()
        code = cli.run(list(arguments))
        self.out, self.err = self.capture.readouterr()
        return code

    @property
    def lines(self) -> list[dict[str, object]]:
        """stdout as JSON lines; fails when anything else is there."""
        return [json.loads(line) for line in self.out.splitlines()]
