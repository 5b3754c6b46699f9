"""Fixtures that every room's tests may use: a fresh archive on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium
from tests.postgres import postgres_server, postgres_url

if TYPE_CHECKING:
    from archive.store import Archive

__all__ = ["archive", "archive_url", "migrated_sqlite", "postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgres"])
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh archive without tables; each test runs once on either database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'archive.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite archive with its tables, to be copied: quicker than migrating for every test."""
    from archive.store import Archive

    path = tmp_path_factory.mktemp("template") / "archive.db"
    archive = Archive.open(f"sqlite:///{path}")
    archive.migrate()
    archive.close()
    return path


@pytest.fixture
def archive(archive_url: str, migrated_sqlite: Path) -> Iterator[Archive]:
    """An open, migrated, empty archive; the same one as ``archive_url`` names."""
    from archive.store import Archive

    if archive_url.startswith("sqlite:///"):
        shutil.copy(migrated_sqlite, archive_url.removeprefix("sqlite:///"))
    opened = Archive.open(archive_url)
    opened.migrate()
    try:
        yield opened
    finally:
        opened.close()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the reporter's own: behind its list of failures
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Says at the very end that no browser was driven, and how it would be: a skip among thousands is overlooked."""
    yield
    skipped = terminalreporter.stats.get("skipped", ())
    number = sum(chromium.ABSENT in str(report.longrepr) for report in skipped)
    if number:
        terminalreporter.section("no browser", yellow=True, bold=True)
        terminalreporter.line(f"{number} {chromium.MISSING}", yellow=True)
