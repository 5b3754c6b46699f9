"""The command line from outside: exit codes, what goes to stdout and what to stderr, nothing that steers a terminal."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from archive.model import Judged, NewsItem
from archive.store import Archive
from tests.khabardar.shell import CONFIG, Shell, item


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
    assert "42 sources (37 enabled), 11 topics, 2 rules, 2 channels" in shell.out
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
    verdict = json.loads(filled.out)["rules"]["query"]
    assert (verdict["matched"], verdict["matches"], verdict["failed"]) == (False, [], ["tariff"])
    assert [(one["text"], one["matched"]) for one in verdict["parts"]["parts"]] == [("japan", True), ("tariff", False)]
    assert verdict["parts"]["parts"][0]["matches"][0]["text"] == "Japan"
    assert filled("explain", "https://dawn.example/news/1", "--query", "japan AND (tariff OR =Japan)") == 0
    parts = [line.strip() for line in filled.out.splitlines() if line.strip().startswith(("yes  ", "no   "))]
    assert parts[0] == "yes  query"
    assert parts[1].startswith("yes  japan (tariff OR =Japan)") or parts[1].startswith("yes  japan AND")
    assert any(one.startswith("no   tariff") for one in parts)
    assert any(one.startswith("yes  =Japan") and "title: Japan (0)" in one for one in parts)
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


def test_stats_tell_an_operator_what_there_is_and_what_waits(filled: Shell) -> None:
    """For people and for machines; sources that were never visited are new, unknown times are null."""
    assert filled("stats", "--json") == 0
    figures = filled.lines[0]
    assert (figures["items"], figures["new_items_last_24h"], figures["messages_sent_last_7d"]) == (4, 4, 0)
    assert (figures["sources_new"], figures["sources_dark"], figures["visits_last_24h"]) == (1, 0, 0)
    assert figures["median_seconds_to_alert_last_24h"] is figures["messages_due_since"] is None
    assert figures["channels_failing"] == []
    assert str(figures["archive"]).endswith("khabardar.db")
    assert isinstance(figures["archive_bytes"], int)
    assert figures["archive_bytes"] > 4096
    assert str(figures["newest_item_at"]).endswith("Z")
    assert filled("stats") == 0
    rows = dict(line.split("\t") for line in filled.out.splitlines())
    assert rows["items"] == "4"
    assert rows["archive bytes"].endswith("kB")
    assert rows["messages due since"] == "–"


def test_migrate_names_the_copy_it_made(filled: Shell) -> None:
    """Of an archive of the version before; the copy opens with the program that wrote it."""
    database = sqlite3.connect(filled.folder / "khabardar.db")
    for statement in ("DROP TABLE visit_days", "DROP INDEX items_to_forget"):
        database.execute(statement)
    later = ("items_unread", "items_forgotten", "deliveries_of_channel_by_time")
    for index in ("deliveries_worded", "sightings_refused", *later):
        database.execute(f"DROP INDEX {index}")
    database.execute("DELETE FROM marks WHERE name IN ('items', 'stories')")
    database.execute("UPDATE alembic_version SET version_num = '0009_tokens'")
    database.commit()
    database.close()
    assert filled("backup", "old.db") == 0
    with contextlib.closing(sqlite3.connect(filled.folder / "old.db")) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0009_tokens",)
    assert filled("migrate") == 0
    assert "0010_retention" in filled.out
    copy = filled.folder / "khabardar.db.0009_tokens.backup"
    assert str(copy) in filled.err
    with contextlib.closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT count(*) FROM items").fetchone() == (4,)
    assert filled("search", "japan") == 0
    assert filled("backup", "--compact", "small.db") == 0
    assert (filled.folder / "small.db").stat().st_size > 4096


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


def test_read_leaves_out_what_the_archive_knows_as_furniture(shell: Shell) -> None:
    """A headline of the outlet under the article of another, as rules would not see it either; nothing is written."""
    caption, last = "Osaka wins the cup of cities again", "The plant will open before the end of the year."
    told = "KARACHI: A maker of cars from Osaka has bought a plant in Karachi and will export from there."
    page = f"<h1>Japan buys cars</h1><p>{told}</p><p>{told[9:]}</p><p>{caption}</p><p>{last}</p>"
    (shell.folder / "page.html").write_text(f"<html><body><article>{page}</article></body></html>", encoding="utf-8")
    asked = ("read", "page.html", "--url", "https://dawn.example/news/9", "--json")
    assert shell(*asked) == 0
    assert caption in str(shell.lines[0]["body"])
    archive = Archive.open(f"sqlite:///{shell.folder / 'khabardar.db'}")
    archive.migrate()
    lesson = archive.lesson([NewsItem(caption, "https://dawn.example/news/8", source="dawn")], datetime.now(UTC))
    archive.keep([Judged(lesson.items[0])], datetime.now(UTC), via="crawl", lesson=lesson)
    for _ in range(2):
        assert shell(*asked) == 0
        assert caption not in str(shell.lines[0]["body"])
        assert last in str(shell.lines[0]["body"])
    archive.close()


def test_delivery_list_names_channels_that_are_owed_something_and_gone(filled: Shell) -> None:
    """A channel that was renamed looks just so: nothing fails, and nobody is told."""
    config = filled.folder / "khabardar.toml"
    hook = '\n[[channels]]\nname = "desk"\nkind = "webhook"\nurl = "http://127.0.0.1:9/"\n'
    config.write_text(CONFIG + 'channels = ["desk"]\n' + hook, encoding="utf-8")
    (filled.folder / "late.jsonl").write_text(item(9, title="日本の車", body="自動車") + "\n", encoding="utf-8")
    assert filled("import", "late.jsonl", "--alert") == 0
    assert filled("delivery", "list") == 0
    assert "does not name" not in filled.err
    config.write_text(config.read_text(encoding="utf-8").replace('"desk"', '"office"'), encoding="utf-8")
    assert filled("delivery", "list") == 0
    assert "1 alert owed to channel desk, which the configuration does not name, wait" in filled.err
