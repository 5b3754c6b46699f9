"""A program that dies: it walks an item's way through the archive and kills itself before its n-th statement.

    python -m tests.archive.dying URL ACTION

Forks one child for every n = 1, 2, … until a child gets through; each walks with an item of its own number. Prints how
many children died. Actions: ``route`` (keep, claim, freeze, settle), ``fill`` (a late text), ``migrate`` (SQLite only:
each child its own file URL + number).
"""

from __future__ import annotations

import os
import signal
import sys

import alembic.command  # noqa: F401  loaded once, here, so that each child need not
from sqlalchemy import event

from archive.model import Outcome, Told
from archive.store import Archive
from tests.archive.samples import HOUR, NOW, item, judged, promise

MOST = 200


def word(number: int) -> str:
    """The one word that only this number's item has."""
    # Letters that end in no inflection of another number's word.
    return "har" + "".join("bcfhjkmpqv"[int(digit)] for digit in f"{number:03}") + "x"


def news(number: int, body: str = "lede", *, complete: bool = True):
    """This number's item, owed to a channel of its own, so that children do not take over each other's work."""
    return judged(
        item(number, title=f"The {word(number)}", body=body, complete=complete), promise(channel=f"desk{number}")
    )


def arm(archive: Archive, number: int) -> None:
    """From now on, die before the n-th statement or commit."""
    left = number

    def count(*_args: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(archive._database.engine, "before_cursor_execute", count)
    event.listen(archive._database.engine, "commit", count)


def route(url: str, number: int) -> None:
    """Keep, claim, freeze, settle."""
    archive = Archive.open(url)
    arm(archive, number)
    archive.keep([news(number)], NOW, via="crawl")
    for delivery in archive.claim_deliveries(NOW, f"child {number}", HOUR, channels=[f"desk{number}"]):
        archive.freeze(delivery.id, {"by": number})
        archive.settle(delivery.id, Told(Outcome.SENT, "200"), NOW, None)


def fill(url: str, number: int) -> None:
    """The text of an item that was kept without one."""
    archive = Archive.open(url)
    archive.keep([news(number, complete=False)], NOW, via="crawl")
    arm(archive, number)
    archive.keep([news(number, "whole text")], NOW, via="crawl")


def migrate(url: str, number: int) -> None:
    """All tables, on a file of its own."""
    archive = Archive.open(url + str(number))
    arm(archive, 3 * number)  # there are many statements, and they are much alike
    archive.migrate()


def main() -> None:
    """Fork until one gets through."""
    url, action = sys.argv[1], {"route": route, "fill": fill, "migrate": migrate}[sys.argv[2]]
    for number in range(1, MOST):
        child = os.fork()
        if child == 0:
            code = 3
            try:
                action(url, number)
                code = 0
            finally:
                os._exit(code)
        _pid, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, "the child failed instead of dying"
            print(number)
            return
    raise AssertionError("no child got through")


if __name__ == "__main__":
    main()
