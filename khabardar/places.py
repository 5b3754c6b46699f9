"""Where the small files lie that belong to a configuration: the sign of a running service, the compiled rules."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path


def folders(archive: str, configuration: Path) -> list[Path]:
    """Where a file may be, best first: beside the archive (its URL), beside the configuration, the user's temporary
    folder."""
    candidates = []
    if archive.startswith("sqlite:///"):
        candidates.append(Path(archive.removeprefix("sqlite:///").partition("?")[0]).parent)
    candidates.append(configuration.resolve().parent)
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"khabardar-{os.getuid()}"
    with contextlib.suppress(OSError):
        own.mkdir(mode=0o700, exist_ok=True)
    if own.is_dir() and own.stat().st_uid == os.getuid():
        candidates.append(own)
    return list(dict.fromkeys(folder for folder in candidates if folder.is_dir()))


def rules_file(archive: str, configuration: Path) -> Path | None:
    """The file of compiled rules, there or not; None if there is no folder to write to."""
    folder = next((folder for folder in folders(archive, configuration) if os.access(folder, os.W_OK)), None)
    name = hashlib.blake2b(str(configuration.resolve()).encode(), digest_size=6).hexdigest()
    return folder / f"khabardar-{name}.rules" if folder else None
