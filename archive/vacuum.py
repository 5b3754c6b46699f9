"""Giving room back to the disk: pages that forgetting freed, a few at a time, only where much is free.

What is free is written again by the news of the next days, so a little of it is no waste, and moving pages costs
writing. A file made by an earlier version cannot shrink in place; a compact copy of it can (``archive.backup``).
"""

from __future__ import annotations

import time

from archive.database import Database

SPARE = 64 * 1024 * 1024
"""Bytes that may be free without anything being done about them."""

SPARE_SHARE = 5
"""And one part in so many of the file."""

_PAGES_AT_ONCE = 500
_PAUSE = 0.05
_INCREMENTAL = 2


def shrink(database: Database, seconds: float, spare: int = SPARE) -> int:
    """Give free pages back for about so many seconds; how many bytes. Nothing on PostgreSQL, which sees to
    it by itself."""
    if not database.sqlite:
        return 0
    deadline, given, more = time.monotonic() + seconds, 0, True
    while more and time.monotonic() < deadline:
        done, more = _shrink_some(database, spare)
        given += done
        if more:
            time.sleep(_PAUSE)
    return given


def _shrink_some(database: Database, spare: int) -> tuple[int, bool]:
    """How many bytes went, and whether there are more to go."""
    with database.read() as connection:
        mode, pages, free, page = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("auto_vacuum", "page_count", "freelist_count", "page_size")
        )
    if mode != _INCREMENTAL or free * page <= max(spare, pages * page // SPARE_SHARE):
        return 0, False
    # The statement gives one page back each time that it is asked for a row; as a script it is asked to its end.
    database.run_script(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
    with database.read() as connection:
        left = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
    return (free - left) * page, left < free
