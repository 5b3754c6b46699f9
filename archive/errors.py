"""What can go wrong with the archive, as sentences that name the place and the remedy.

::

    ArchiveError
    ├── ArchiveUnreachableError    no such server or folder, no right to open it, not a database
    ├── ArchiveReadOnlyError       it can be read but not written
    ├── ArchiveNewerError          written by a later version of Khabardar
    ├── ArchiveOutdatedError       needs ``khabardar migrate``
    ├── ArchiveBusyError           somebody else held the write lock for too long; trying again helps
    └── ArchiveFullError           no space left on the disk

Passwords in addresses never reach a message.
"""

from __future__ import annotations

from sqlalchemy import exc
from sqlalchemy.engine import URL


class ArchiveError(Exception):
    """The archive cannot do what was asked; the message is a sentence with the remedy. ``place`` is its address without
    the password."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


class ArchiveUnreachableError(ArchiveError):
    """The archive cannot be opened at all."""


class ArchiveReadOnlyError(ArchiveError):
    """The archive can be read, but not written."""


class ArchiveNewerError(ArchiveError):
    """The archive was written by a later version of the program."""


class ArchiveOutdatedError(ArchiveError):
    """The archive has no tables yet, or those of an earlier version."""


class ArchiveBusyError(ArchiveError):
    """Somebody else held the write lock for too long; trying again helps."""


class ArchiveFullError(ArchiveError):
    """There is no space left for what was to be written; nothing of it was kept."""


_SQLITE = (
    ("readonly", ArchiveReadOnlyError, "can be read but not written: give its file and its folder write permission"),
    ("read-only", ArchiveReadOnlyError, "can be read but not written: give its file and its folder write permission"),
    ("unable to open", ArchiveUnreachableError, "cannot be opened: check that its folder exists and may be written"),
    ("not a database", ArchiveUnreachableError, "is not an SQLite database: check [archive] url, or restore a backup"),
    ("malformed", ArchiveUnreachableError, "is damaged: restore the last backup"),
    ("locked", ArchiveBusyError, "is being written by another process for too long: try again in a moment"),
    ("disk is full", ArchiveFullError, "has no space left on its disk: free some; nothing half done was kept"),
    ("disk i/o error", ArchiveUnreachableError, "cannot be read or written by the disk: check the disk"),
    ("no such table", ArchiveOutdatedError, "has no tables yet: run `khabardar migrate`"),
)
_POSTGRES = (
    (
        "password authentication failed",
        ArchiveUnreachableError,
        "refused the login: check user and password in [archive] url",
    ),
    ("no password supplied", ArchiveUnreachableError, "asks for a password: put it into [archive] url"),
    ("does not exist", ArchiveOutdatedError, "lacks what is needed: create the database, then run `khabardar migrate`"),
    (
        "permission denied",
        ArchiveReadOnlyError,
        "may not be written by this user: grant CREATE and USAGE on schema public",
    ),
    ("read-only transaction", ArchiveReadOnlyError, "is read-only: use the primary server, not a standby"),
    ("no space left", ArchiveFullError, "has no space left on its disk: free some; nothing half done was kept"),
    ("lock timeout", ArchiveBusyError, "is being written by another process for too long: try again in a moment"),
    ("deadlock", ArchiveBusyError, "is being written by others at the same time: try again in a moment"),
)


def place_of(url: URL) -> str:
    """The address as it may be shown: without the password."""
    return url.render_as_string(hide_password=True)


def explained(error: exc.SQLAlchemyError, url: URL) -> ArchiveError:
    """The driver's error as a sentence with the remedy; what is not known by its text names the driver's own words."""
    place = place_of(url)
    cause = str(getattr(error, "orig", None) or error).strip()
    told = " ".join(cause.split())[:300]
    table = _SQLITE if url.get_backend_name() == "sqlite" else _POSTGRES
    for mark, kind, remedy in table:
        if mark in cause.lower():
            return kind(f"The archive {place} {remedy} ({told}).", place)
    if isinstance(error, exc.OperationalError):
        return ArchiveUnreachableError(
            f"The archive {place} cannot be reached: check [archive] url and that the server runs ({told}).", place
        )
    return ArchiveError(f"The archive {place} refused a statement ({told}).", place)
