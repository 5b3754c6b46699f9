"""The configuration file written anew: whole or not at all, what it was beside its text stays."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from khabardar import config_file
from khabardar.config_file import FileChangedError, FileNotWritableError, read, replace, why_not_writable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "khabardar.toml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    return path


def test_link_stays_and_what_it_leads_to_is_replaced(file: Path, tmp_path: Path) -> None:
    """Over two links; the mode stays, and nothing else lies in either folder afterwards."""
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "one").symlink_to(file)
    (folder / "two").symlink_to("one")
    replace(folder / "two", b"new", read(file).mark)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert (folder / "two").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["khabardar.toml", "links"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_owner_stays(file: Path) -> None:
    """Also where the service is somebody else."""
    os.chown(file, 12345, 23456)
    replace(file, b"new", read(file).mark)
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 23456)


def test_file_that_was_changed_meanwhile_is_left_alone(file: Path) -> None:
    """By one byte."""
    was = read(file).mark
    file.write_bytes(b"Old")
    with pytest.raises(FileChangedError):
        replace(file, b"new", was)
    assert file.read_bytes() == b"Old"


def test_of_many_at_once_one_wins_and_the_others_are_told(file: Path) -> None:
    """All began with the same file."""
    was, told = read(file).mark, []

    def write(number: int) -> None:
        try:
            replace(file, f"new {number}".encode(), was)
        except FileChangedError:
            told.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 11
    assert file.read_text() == f"new {({*range(12)} - {*told}).pop()}"
    assert list(file.parent.iterdir()) == [file]


def test_file_that_is_read_only_is_not_replaced(file: Path) -> None:
    """Though its folder may be written to, or though we are root."""
    file.chmod(0o440)
    assert "read-only" in (why_not_writable(file) or "")
    with pytest.raises(FileNotWritableError, match="read-only"):
        replace(file, b"new", read(file).mark)
    assert file.read_bytes() == b"old"


def test_mounted_file_cannot_be_replaced_and_stays_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system refuses to put another file in its place; what was begun is cleared away."""

    def busy(self: Path, target: Path) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(FileNotWritableError, match="busy"):
        replace(file, b"new", read(file).mark)
    assert file.read_bytes() == b"old"
    assert list(file.parent.iterdir()) == [file]


def test_byte_order_mark_stays() -> None:
    """And is no part of the text."""
    known = config_file.ConfigFile(b"\xef\xbb\xbfa = 1\r\n")
    assert known.text == "a = 1\r\n"
    assert known.saying("b = 2\r\n") == b"\xef\xbb\xbfb = 2\r\n"
    assert config_file.ConfigFile(b"a").saying("b") == b"b"


def test_file_that_is_gone_is_told(tmp_path: Path) -> None:
    """Also a link to nowhere."""
    (tmp_path / "link").symlink_to("nowhere")
    assert "cannot be read" in (why_not_writable(tmp_path / "link") or "")
