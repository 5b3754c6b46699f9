"""The command line from outside: exit codes, what goes to stdout and what to stderr, nothing that steers a terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

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


def _item(number: int, **more: object) -> str:
    item = {"url": f"https://dawn.example/news/{number}", "source": "dawn", "title": f"Story {number}"}
    return json.dumps({**item, **more}, ensure_ascii=False)


ITEMS = [
    _item(1, title="Japan buys cars", body="A Japanese car maker came.", published_at=YESTERDAY),
    _item(2, title="日本の自動車産業", language="ja"),
    _item(3, title="=HYPERLINK(\"x\") Japan wins by car \x1b[31mred", section="sports"),
    _item(4, title="جاپان سے گاڑیاں", language="ur"),
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


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A folder with a configuration and four items."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KHABARDAR_CONFIG", raising=False)
    return Shell(tmp_path, capsys)


@pytest.fixture
def filled(shell: Shell) -> Shell:
    """The same, with the items in the archive."""
    assert shell("import", "items.jsonl") == 0
    assert shell.lines == [{"read": 4, "new": 4, "known": 0, "rejected": 0}]
    return shell


def test_no_argument_says_what_to_do_first(shell: Shell) -> None:
    """A newcomer is led to the demo."""
    assert shell() == 0
    assert "khabardar demo" in shell.out


def test_version_is_told(shell: Shell) -> None:
    """On stdout."""
    assert shell("--version") == 0
    assert shell.out.startswith("khabardar ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("search",),
        ("search", "japan AND ("),
        ("search", "-japan"),
        ("search", "topic:nothing"),
        ("search", "japan", "--since", "yesterday"),
        ("search", "japan", "--limit", "0"),
        ("search", "japan", "--sort", "oldest"),
        ("-c", "missing.toml", "check"),
        ("check", "-c", "missing.toml"),
        ("--log-format", "xml", "check"),
        ("crawl", "nobody"),
        ("source", "test", "nobody"),
        ("channel", "test", "nobody"),
        ("channel", "enable", "nobody"),
        ("delivery", "retry"),
        ("delivery", "retry", "x", "--all"),
        ("match", "items.jsonl"),
        ("match", "--query", "japan", "--rules", "khabardar.toml", "items.jsonl"),
        ("match", "--query", "japan", "missing.jsonl"),
        ("match", "--query", "(", "items.jsonl"),
        ("import", "missing.jsonl"),
        ("rule", "test", "japan", "--since", "2999-01-01"),
        ("read", "missing.html"),
    ],
)
def test_wrong_use_ends_with_two_and_says_why_on_stderr(shell: Shell, arguments: tuple[str, ...]) -> None:
    """Usage, configuration and queries; stdout stays empty, except of `check`, whose result the errors are."""
    assert shell(*arguments) == 2
    assert shell.out == "" or "check" in arguments
    assert shell.err.strip()
    assert "Traceback" not in shell.err


def test_misspelt_name_is_answered_with_the_nearest(shell: Shell) -> None:
    """Did you mean."""
    shell("crawl", "dwan")
    assert '"dawn"' in shell.err


def test_init_writes_a_file_that_passes_check_and_is_never_overwritten(shell: Shell) -> None:
    """As it is written, before anybody edits it; in a new folder."""
    assert shell("init", "new/folder") == 0
    file = shell.folder / "new" / "folder" / "khabardar.toml"
    text = file.read_text(encoding="utf-8")
    assert shell("-c", str(file), "check") == 0
    assert "35 sources, 11 topics, 2 rules, 2 channels" in shell.out
    file.write_text(text + "# mine\n", encoding="utf-8")
    assert shell("init", "new/folder") == 1
    assert file.read_text(encoding="utf-8").endswith("# mine\n")


def test_check_prints_every_error_with_file_and_line(shell: Shell) -> None:
    """On stdout and on stderr, for whoever reads only one; and counts them."""
    (shell.folder / "khabardar.toml").write_text("[crawl]\nevry = '1m'\n[web]\nlisten = 7\n")
    assert shell("check") == 2
    assert [row.split(": ")[0] for row in shell.out.splitlines()] == ["khabardar.toml:2", "khabardar.toml:4"]
    assert shell.err.startswith("khabardar.toml:2: crawl.evry: ")
    assert "\nkhabardar.toml:4: web.listen: " in shell.err
    assert "2 errors" in shell.err


def test_configuration_is_named_by_the_environment_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """-c comes first."""
    monkeypatch.setenv("KHABARDAR_CONFIG", "other.toml")
    assert shell("check") == 2
    assert shell("check", "-c", "khabardar.toml") == 0


def test_bad_line_is_reported_with_its_number_and_does_not_stop_the_rest(shell: Shell) -> None:
    """The counts add up; something failed, so the exit code is 1."""
    (shell.folder / "bad.jsonl").write_bytes(
        b'\xef\xbb\xbf{"url":"https://a.example/1","title":"a"}\n{nonsense\n[]\n\n{"title":"no address"}\n'
        b'{"url":"https://a.example/2","title":"\xff"}\n'
    )
    assert shell("import", "bad.jsonl") == 1
    counts = shell.lines[0]
    assert counts["read"] == 5
    assert counts["rejected"] == 5 - int(str(counts["new"]))
    for number in (2, 3, 5):
        assert f"line {number}: " in shell.err


def test_import_twice_keeps_everything_once(filled: Shell) -> None:
    """The second time all are known."""
    assert filled("import", "items.jsonl") == 0
    assert filled.lines == [{"read": 4, "new": 0, "known": 4, "rejected": 0}]


def test_search_prints_items_as_json_lines_and_nothing_else(filled: Shell) -> None:
    """In three scripts; what is unknown is null."""
    assert filled("search", "topic:japan", "--format", "jsonl") == 0
    assert len(filled.lines) == 4
    assert set(filled.lines[0]) == {
        "id", "url", "source", "title", "author", "summary", "body", "language", "section", "place", "credit",
        "published_at", "seen_at", "story_id", "rules",
    }  # fmt: skip
    assert filled("search", "日本", "--json") == 0
    assert [item["title"] for item in filled.lines] == ["日本の自動車産業"]
    assert filled("search", "japan", "--since", "36h", "--until", "1h", "--json") == 0
    assert [item["title"] for item in filled.lines] == ["Japan buys cars"]


def test_search_that_finds_nothing_is_done(filled: Shell) -> None:
    """No match is an answer."""
    assert filled("search", "nothingness") == 0
    assert "0 items" in filled.err


def test_table_and_csv_and_atom_are_inert(filled: Shell) -> None:
    """No escape code reaches the terminal, no formula a spreadsheet; the feed is well-formed."""
    for form in ("table", "csv", "atom"):
        assert filled("search", "wins", "--format", form) == 0
        assert "\x1b" not in filled.out
        assert "Japan" in filled.out
        if form == "csv":
            rows = list(csv.DictReader(io.StringIO(filled.out)))
            assert rows[0]["title"].startswith("'=HYPERLINK")
        if form == "atom":
            feed = ET.fromstring(filled.out)
            assert [
                entry.findtext("{http://www.w3.org/2005/Atom}title")
                for entry in feed.iter()
                if entry.tag.endswith("entry")
            ]


def test_rule_test_counts_alerts_and_marks_words(filled: Shell) -> None:
    """By name and by query, for people and for machines."""
    assert filled("rule", "test", "japan-cars") == 0
    assert filled.out.startswith("japan-cars: 2 items of 2 stories")
    assert "›Japan‹ buys ›cars‹" in filled.out
    assert filled("rule", "test", "topic:japan NOT section:sports", "--json", "--samples", "1") == 0
    answer = filled.lines[0]
    assert (answer["rule"], answer["items"], answer["stories"], answer["alerts"]) == (None, 3, 3, 3)
    assert len(answer["samples"]) == 1  # type: ignore[arg-type]


def test_match_answers_for_every_item_in_order_without_an_archive(shell: Shell) -> None:
    """With the topics of the configuration, or all rules of a file."""
    assert shell("match", "--query", "topic:japan AND car", "--spans", "items.jsonl") == 0
    assert [line["rules"] for line in shell.lines] == [["query"], [], ["query"], []]
    assert [line["id"] for line in shell.lines] == [1, 2, 3, 4]
    spans = shell.lines[0]["matches"]
    assert {"rule": "query", "field": "title", "start": 0, "end": 5, "text": "Japan"} in spans  # type: ignore[operator]
    assert shell("match", "--rules", "khabardar.toml", "items.jsonl") == 0
    assert [line["rules"] for line in shell.lines] == [["japan-cars"], ["japan-cars"], [], []]
    assert not (shell.folder / "khabardar.db").exists()


def test_explain_says_which_part_failed(filled: Shell) -> None:
    """For a rule and for a query, by any form of the address."""
    assert filled("explain", "https://dawn.example/news/3?utm_source=x") == 0
    assert "no   japan-cars: fails at NOT section:sports" in filled.out
    assert "imported without --alert" in filled.out
    assert filled("explain", "https://dawn.example/news/1", "--query", "japan AND tariff", "--json") == 0
    assert filled.lines[0]["rules"] == {"query": {"matched": False, "matches": [], "failed": ["tariff"]}}
    assert filled("explain", "https://dawn.example/never") == 1


def test_export_can_be_imported_again(filled: Shell) -> None:
    """Ids and all."""
    assert filled("export") == 0
    exported = filled.out
    (filled.folder / "other.toml").write_text('[archive]\nurl = "sqlite:///other.db"\n')
    (filled.folder / "export.jsonl").write_text(exported, encoding="utf-8")
    assert filled("-c", "other.toml", "import", "export.jsonl") == 0
    assert filled("-c", "other.toml", "export") == 0
    ids = [{json.loads(line)["id"] for line in text.splitlines()} for text in (exported, filled.out)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 4


def test_archive_commands_do_what_they_say(filled: Shell) -> None:
    """backup, migrate, stats, source list, rule list, delivery list."""
    assert filled("backup", "copy.db") == 0
    assert (filled.folder / "copy.db").stat().st_size > 0
    assert filled("backup", "copy.db") == 1
    assert filled("migrate") == 0
    assert filled("stats", "--json") == 0
    assert filled.lines[0]["items"] == 4
    assert filled("source", "list", "--json") == 0
    assert filled.lines[0]["state"] == "new"
    assert filled("rule", "list") == 0
    assert filled.out.splitlines()[0].split("\t") == ["rule", "deliver", "channels", "query"]
    assert filled("delivery", "list", "--json") == 0
    assert filled.out == ""
    assert filled("delivery", "retry", "nothing") == 1
    assert filled("delivery", "retry", "--all") == 0
    assert filled("reload") == 1


def test_unusable_archive_is_a_failure_with_a_sentence(shell: Shell) -> None:
    """Exit code 1, no traceback."""
    (shell.folder / "khabardar.db").write_text("this is no database, but long enough to look like one" * 50)
    assert shell("search", "japan") == 1
    assert "Traceback" not in shell.err
    assert "khabardar.db" in shell.err


def test_read_shows_the_item_of_a_saved_page(shell: Shell) -> None:
    """With where it came from."""
    (shell.folder / "page.html").write_text(
        "<html><head><title>Japan buys cars</title></head><body><article><h1>Japan buys cars</h1>"
        + "<p>KARACHI: A maker of cars from Osaka has bought a plant in Karachi and will export from there.</p>" * 4
        + "</article></body></html>",
        encoding="utf-8",
    )
    assert shell("read", "page.html", "--url", "https://dawn.example/news/9", "--json") == 0
    assert shell.lines[0]["title"] == "Japan buys cars"
    assert shell.lines[0]["url"] == "https://dawn.example/news/9"
    assert shell.lines[0]["id"] is None
    (shell.folder / "read.jsonl").write_text(shell.out, encoding="utf-8")
    assert shell("import", "read.jsonl") == 0


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "khabardar.cli", *arguments]


def test_reader_that_goes_away_is_no_error(filled: Shell) -> None:
    """``| head`` ends quietly."""
    many = "\n".join(_item(100 + number, body="word " * 2000) for number in range(60))
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
    done = subprocess.run(
        ["sh", "-c", f"exec {shlex.join(_command('import', '-'))} <&-"], capture_output=True, check=True
    )
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
