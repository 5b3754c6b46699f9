"""Commands whose reader goes away, whose disk is full, whose streams are closed, or which a signal ends."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.khabardar.shell import ITEMS, Shell, item


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "khabardar.cli", *arguments]


def test_reader_that_goes_away_is_no_error(filled: Shell) -> None:
    """``| head`` ends quietly."""
    many = "\n".join(item(100 + number, body="word " * 2000) for number in range(60))
    (filled.folder / "many.jsonl").write_text(many, encoding="utf-8")
    assert filled("import", "many.jsonl") == 0
    process = subprocess.Popen(_command("export"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(30) == 0
    process.stderr.close()


def test_reader_of_match_that_goes_away_is_no_error(shell: Shell) -> None:
    """Nor is it told as if the file of items were at fault."""
    many = "\n".join(item(100 + number, body="japan " * 2000) for number in range(300))
    (shell.folder / "many.jsonl").write_text(many, encoding="utf-8")
    process = subprocess.Popen(
        _command("match", "--query", "japan", "--spans", "many.jsonl"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(60) == 0
    process.stderr.close()


@pytest.mark.parametrize("ignored", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_a_command_cleanly(shell: Shell, name: signal.Signals, ignored: bool) -> None:
    """Exit code 1, one sentence, nothing half done; also behind a shell, where `&` makes it ignore SIGINT."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        _command("import", "-"),
        stdin=reading,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.default_int_handler),
    )
    os.close(reading)
    os.write(writing, (ITEMS[0] + "\n").encode())
    for _ in range(200):
        if (shell.folder / "khabardar.db").exists():
            break
        signal.sigtimedwait([], 0.1)
    signal.sigtimedwait([], 0.5)
    process.send_signal(name)
    try:
        _, err = process.communicate(timeout=120)
    finally:
        process.kill()
    os.close(writing)
    assert process.returncode == 1, err
    assert b"Traceback" not in err
    assert b"stopped" in err
    assert shell("import", "items.jsonl") == 0


def test_output_is_utf8_whatever_the_locale_says(filled: Shell) -> None:
    """News are in three scripts."""
    done = subprocess.run(
        _command("search", "日本"),
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"},
        check=True,
    )
    assert "日本の自動車産業" in done.stdout.decode("utf-8")


def test_streams_that_were_closed_before_are_no_fault(filled: Shell) -> None:
    """``>&-``: nothing can be said, and nothing breaks."""
    for closed in (">&-", "2>&-", ">&- 2>&-", "<&-"):
        line = f"exec {shlex.join(_command('search', 'japan'))} {closed}"
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stderr in {"", "2 items.\n"}
    line = f"exec {shlex.join(_command('import', '-'))} <&-"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["read"] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_full_disk_is_a_failure_with_a_sentence(filled: Shell) -> None:
    """Not a fault of the program."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(_command("export"), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "khabardar: the output cannot be written: No space left on device.\n"


def test_byte_order_mark_in_joined_files_is_left_out(shell: Shell) -> None:
    """``cat a.jsonl b.jsonl`` of files from Windows."""
    mark = "\ufeff"
    (shell.folder / "joined.jsonl").write_text(f"{mark}{ITEMS[0]}\r\n{mark}{ITEMS[1]}\r\n", encoding="utf-8")
    assert shell("import", "joined.jsonl") == 0
    assert shell.lines == [{"read": 2, "new": 2, "known": 0, "rejected": 0}]
