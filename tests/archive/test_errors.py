"""What cannot be opened or written says so in a sentence with the remedy, and without passwords."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive.errors import (
    ArchiveBusyError,
    ArchiveError,
    ArchiveFullError,
    ArchiveReadOnlyError,
    ArchiveUnreachableError,
)
from archive.store import Archive
from tests.archive.samples import NOW, item, judged

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no address of a database.*sqlite:///"),
        ("mysql://u:secret@h/d", "cannot be kept in mysql.*sqlite:///"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////no/such/folder/a.db", "folder /no/such/folder of the archive does not exist"),
        ("postgresql+psycopg://u:secret@127.0.0.1:1/d", "cannot be reached: check"),
    ],
)
def test_an_address_that_cannot_be_is_named(url: str, said: str) -> None:
    """With what would be right; a password is never shown."""
    with pytest.raises(ArchiveUnreachableError, match=said) as caught:
        Archive.open(url)
    assert "secret" not in str(caught.value)


def test_reading_an_archive_that_is_not_there(tmp_path: Path) -> None:
    """Reading makes no file."""
    with pytest.raises(ArchiveUnreachableError, match="no archive at"):
        Archive.open(f"sqlite:///{tmp_path / 'none.db'}", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """A text file, a folder."""
    (tmp_path / "text.db").write_text("hello " * 1000)
    with pytest.raises(ArchiveUnreachableError, match="not an SQLite database"):
        Archive.open(f"sqlite:///{tmp_path / 'text.db'}")
    with pytest.raises(ArchiveUnreachableError, match="cannot be opened"):
        Archive.open(f"sqlite:///{tmp_path}")


def test_a_database_that_does_not_exist(postgres_url: str) -> None:
    """The server is there, the database is not."""
    missing = postgres_url.replace("khabardar_test_", "khabardar_gone_")
    with pytest.raises(ArchiveError, match="create the database"):
        Archive.open(missing)


def test_writing_through_an_archive_opened_for_reading(archive: Archive, archive_url: str) -> None:
    """Refused before anything happens."""
    reader = Archive.open(archive_url, read_only=True)
    with pytest.raises(ArchiveReadOnlyError, match="reading only"):
        reader.keep([judged(item(1))], NOW, via="crawl")
    assert reader.stats()["items"] == 0
    reader.close()


def test_a_file_without_write_permission(tmp_path: Path) -> None:
    """As an ordinary user; root may write everything."""
    script = (
        "import os, sys; from archive.store import Archive\n"
        "path = sys.argv[1]; os.chmod(path, 0o444); os.chmod(os.path.dirname(path), 0o555)\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: Archive.open('sqlite:///' + path)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    folder = Path("/tmp") if os.geteuid() == 0 else tmp_path
    own = Path(
        subprocess.run(["mktemp", "-d", "-p", folder], capture_output=True, text=True, check=True).stdout.strip()
    )
    own.chmod(0o755)
    migrated = Archive.open(f"sqlite:///{own / 'a.db'}")
    migrated.migrate()
    migrated.close()
    found = subprocess.run(
        [sys.executable, "-c", script, str(own / "a.db")], capture_output=True, text=True, cwd=ROOT, check=False
    )
    own.chmod(0o755)
    subprocess.run(["rm", "-rf", own], check=True)
    assert found.stdout.startswith("ArchiveReadOnlyError"), found
    assert "write permission" in found.stdout


def test_a_full_disk_keeps_nothing_half_done(tmp_path: Path) -> None:
    """SQLite's own limit on pages stands in for the disk."""
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}")
    archive.migrate()
    with archive._database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.rollback()
        archive._database.engine.dispose = lambda: None  # type: ignore[method-assign]
    with pytest.raises(ArchiveFullError, match=r"no space left.*nothing half done"):
        archive.keep([judged(item(n, body="word " * 5000)) for n in range(9)], NOW, via="crawl")
    with archive._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM items").scalar() == 0
    del archive._database.engine.dispose
    archive.close()


def test_a_writer_that_takes_too_long_is_named(archive: Archive, archive_url: str, monkeypatch) -> None:
    """Waiting has an end, and the sentence says that trying again helps."""
    monkeypatch.setattr("archive.database.BUSY_SECONDS", 1)
    second = Archive.open(archive_url)
    with archive._database.write(), pytest.raises(ArchiveBusyError, match="try again"):
        second.reject([], NOW)
    second.close()
