"""kill -9 between any two statements: everything or nothing, nothing lost, nothing twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.migrations import REVISIONS
from archive.model import DeliveryState, Keeping, Outcome, Told
from archive.store import Archive
from query import parse
from tests.archive.dying import news, word
from tests.archive.samples import HOUR, NOW

ROOT = Path(__file__).parents[2]


def die(url: str, action: str) -> int:
    """Let children die; the number of the one that got through."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.archive.dying", url, action],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def numbers(archive: Archive, statement: str) -> list[object]:
    with archive._database.read() as connection:
        return list(connection.execute(text(statement)).scalars())


@pytest.mark.slow
def test_a_route_cut_anywhere_is_walked_to_its_end_by_the_next(archive: Archive, archive_url: str) -> None:
    """Whatever was done is whole; the rest is done once."""
    last = die(archive_url, "route")
    assert last > 30
    # What the dead left behind: items whole or not at all.
    kept = numbers(archive, "SELECT id FROM items")
    assert sorted(kept) == sorted(numbers(archive, "SELECT item_id FROM owed"))
    assert sorted(kept) == sorted(numbers(archive, "SELECT item_id FROM item_keys"))
    assert sorted(kept) == sorted(numbers(archive, "SELECT item_id FROM matches"))
    found = [n for n in range(1, last + 1) if list(archive.search(parse(word(n))))]
    assert len(found) == len(kept) > 10
    sent = {one.id for one in archive.deliveries("sent", limit=1000)}
    assert sent == set(numbers(archive, "SELECT delivery_id FROM tries"))
    frozen = {one.id: one.message for one in archive.deliveries(limit=1000) if one.message is not None}
    # The next process, when the leases of the dead have run out.
    for number in range(1, last + 1):
        outcome = archive.keep([news(number)], NOW, via="crawl")[0].keeping
        assert outcome is (Keeping.KNOWN if number in found else Keeping.NEW)
    later = NOW + 2 * HOUR
    desks = [f"desk{number}" for number in range(1, last + 1)]
    while claimed := archive.claim_deliveries(later, "heir", HOUR, channels=desks):
        for delivery in claimed:
            assert delivery.id not in sent
            message = archive.freeze(delivery.id, {"by": "heir"})
            assert message == frozen.get(delivery.id, {"by": "heir"})
            archive.settle(delivery.id, Told(Outcome.SENT, "200"), later, None)
    told = archive.deliveries(limit=1000)
    assert {one.state for one in told} == {DeliveryState.SENT}
    assert sorted(one.item_id for delivery in told for one in delivery.owed) == sorted(
        str(one) for one in numbers(archive, "SELECT id FROM items")
    )
    assert len(told) == last
    assert [one.tries for one in told] == [1] * last


@pytest.mark.slow
def test_a_text_that_was_being_filled_is_the_old_or_the_new_one(archive: Archive, archive_url: str) -> None:
    """Text and index agree at every moment."""
    last = die(archive_url, "fill")
    for number in range(1, last + 1):
        (item,) = archive.search(parse(word(number)))
        assert item.complete == (item.body == "whole text")
        assert bool(list(archive.search(parse(f"{word(number)} whole")))) == item.complete
        assert bool(list(archive.search(parse(f"{word(number)} lede")))) != item.complete
        archive.keep([news(number, "whole text")], NOW, via="crawl")
    assert len(list(archive.search(parse("whole text"), limit=None))) == last
    assert list(archive.search(parse("lede"))) == []
    assert archive.stats()["owed"] == last


@pytest.mark.slow
def test_a_migration_cut_anywhere_is_run_again_whole(tmp_path: Path) -> None:
    """Tables come all at once."""
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    last = die(url, "migrate")
    for number in range(1, last + 1):
        archive = Archive.open(url + str(number))
        assert archive.migrate() in (list(REVISIONS), [])
        archive.ping()
        archive.close()


def test_two_processes_keeping_the_same_items_keep_each_once(archive: Archive, archive_url: str) -> None:
    """Two services on one archive."""
    script = (
        "import sys; from archive.store import Archive; from tests.archive.dying import news\n"
        "from tests.archive.samples import NOW\n"
        "archive = Archive.open(sys.argv[1]); sys.stdin.readline()\n"
        "print(sum(archive.keep([news(n)], NOW, via='crawl')[0].keeping == 'new' for n in range(1, 60)))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, archive_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    fresh = [int(process.communicate(timeout=120)[0]) for process in running]
    assert sum(fresh) == 59
    assert archive.stats()["items"] == archive.stats()["owed"] == 59
