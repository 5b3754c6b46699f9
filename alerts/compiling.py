"""Rules compiled for the index, and kept in a file so that the next start need not parse them again.

The file is a copy of what can be made anew, never the truth: one that is damaged, of another version or not ours is
made again, and a rule that it does not hold is parsed. It holds numbers, checked by a digest, and no code.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import re
import stat
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import query as language
from query import Names, Query, QueryError, parse
from query.needs import needs

if TYPE_CHECKING:
    from query.compiled import Tables

log = logging.getLogger(__name__)

MOST_FRESH = 0.1
"""The part of the rules that may be new or changed before all are compiled again, not only those."""

_MAGIC = b"khabardar rules 1\n"
_DIGEST = 16
_NAMED = re.compile(r"(topic|rule)[:：]", re.IGNORECASE)
_ARRAYS = (("pool", "int32"), ("bounds", "int64"), ("wide", "int64"), ("wide_bounds", "int64"), ("always", "int32"))


class Compiled(NamedTuple):
    """``rows`` say of each text which query of ``tables`` it is, or -1 for one that is in none."""

    tables: Tables
    rows: list[int]


class Kept(NamedTuple):
    """What a file holds: the tables, and by digest of its text which query of them a rule is."""

    tables: Tables
    rows: Mapping[bytes, int]


def compiled(
    texts: Sequence[str], names: Names, file: Path | None, refuse: Callable[[int, QueryError], None]
) -> Compiled:
    """The rules of these texts compiled, as far as possible from ``file``; it is written when it did not serve.

    ``refuse`` hears of every text that does not parse, by its number. Raises ImportError where there is no native code.
    """
    digests = digests_of(texts, names)
    kept = read(file) if file else None
    if kept is not None:
        rows = [kept.rows.get(digest, -1) for digest in digests]
        fresh = [number for number, row in enumerate(rows) if row < 0]
        stale = kept.tables.queries - len({*rows} - {-1})
        if len(fresh) <= MOST_FRESH * len(rows) and stale <= MOST_FRESH * len(rows):
            for number in fresh:
                _parsed(number, texts[number], names, refuse)
            return Compiled(kept.tables, rows)
    made = _compiled(texts, digests, names, refuse)
    if file:
        write(file, made)
    return Compiled(made.tables, [made.rows.get(digest, -1) for digest in digests])


def _compiled(
    texts: Sequence[str], digests: Sequence[bytes], names: Names, refuse: Callable[[int, QueryError], None]
) -> Kept:
    from query.compiled import Compiler

    compiler = Compiler()
    rows: dict[bytes, int] = {}
    for number, (text, digest) in enumerate(zip(texts, digests, strict=True)):
        if digest not in rows and (query := _parsed(number, text, names, refuse)):
            rows[digest] = compiler.add(needs(query))
    return Kept(compiler.tables(), rows)


def _parsed(number: int, text: str, names: Names, refuse: Callable[[int, QueryError], None]) -> Query | None:
    try:
        return parse(text, names)
    except QueryError as error:
        refuse(number, error)
        return None


# -- what a rule depends on -------------------------------------------------------------------------------------------


def digests_of(texts: Iterable[str], names: Names) -> list[bytes]:
    """Of each text a digest of all that it means: the text, and the queries it could name."""

    @functools.cache
    def named(kinds: frozenset[str]) -> bytes:
        found = hashlib.blake2b(digest_size=_DIGEST)
        if "rule" in kinds or any(_kinds(text) & {"rule"} for text in names.topics.values()):
            found.update(json.dumps(sorted(names.rules.items())).encode())
        found.update(json.dumps(sorted(names.topics.items())).encode())
        return found.digest()

    def digest(text: str) -> bytes:
        kinds = _kinds(text)
        whole = text.encode("utf-8", "surrogatepass") + (named(kinds) if kinds else b"")
        return hashlib.blake2b(whole, digest_size=_DIGEST).digest()

    return list(map(digest, texts))


def _kinds(text: str) -> frozenset[str]:
    """Which kinds of names a query could use."""
    return frozenset(kind.lower() for kind in _NAMED.findall(text))


@functools.lru_cache(maxsize=1)
def _version() -> str:
    """A digest of all code and data that a compiled rule depends on."""
    found = hashlib.blake2b(digest_size=_DIGEST)
    about = (sys.version, sys.byteorder, unicodedata.unidata_version)
    found.update(repr(about).encode())
    folder = Path(str(language.__file__)).parent
    for path in sorted([*folder.glob("*.py"), *folder.glob("*.lark"), *folder.glob("*.txt"), Path(__file__)]):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


# -- the file ---------------------------------------------------------------------------------------------------------


def write(file: Path, kept: Kept) -> None:
    """Keeps the tables; where that cannot be, the log says so. Readers see the old file or the new one, whole."""
    tables = kept.tables
    arrays = [getattr(tables, name).tobytes() for name, _ in _ARRAYS]
    arrays.append(b"".join(digest for digest, _ in sorted(kept.rows.items(), key=itemgetter(1))))
    header = {
        "version": _version(),
        "lengths": list(map(len, arrays)),
        "values": tables.values,
        "signs": tables.signs,
        "queries": tables.queries,
    }
    content = b"\n".join((json.dumps(header).encode(), b"".join(arrays)))
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=file.name, suffix=".new", dir=file.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(_MAGIC + hashlib.blake2b(content).digest() + content)
        Path(temporary).replace(file)
    except OSError as error:
        log.warning("the compiled rules could not be kept in %s: %s", file, error)
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink(missing_ok=True)


def read(file: Path) -> Kept | None:
    """What the file holds, or None where it is of no use; the log says why, unless there is none."""
    try:
        return _read(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the compiled rules in %s are of no use and are made anew: %s", file, error)
        return None


def _read(file: Path) -> Kept:
    import numpy as np

    from query.compiled import Tables

    with file.open("rb") as source:
        about = os.fstat(source.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_mode & 0o022:
            raise ValueError("others may write to it")
        if hasattr(os, "geteuid") and about.st_uid != os.geteuid():
            raise ValueError("it belongs to another user")
        whole = source.read()
    size = hashlib.blake2b().digest_size
    content = whole[len(_MAGIC) + size :]
    if whole[: len(_MAGIC)] != _MAGIC or whole[len(_MAGIC) : len(_MAGIC) + size] != hashlib.blake2b(content).digest():
        raise ValueError("it is damaged")
    end = content.index(b"\n")
    header = json.loads(content[:end])
    if header["version"] != _version():
        raise ValueError("another version made them")
    at, arrays = end + 1, []
    for length in header["lengths"]:
        arrays.append(content[at : at + length])
        at += length
    columns = {name: np.frombuffer(data, kind).copy() for (name, kind), data in zip(_ARRAYS, arrays, strict=False)}
    values = tuple((str(name), str(value), bool(begins), int(sign)) for name, value, begins, sign in header["values"])
    tables = Tables(**columns, values=values, signs=int(header["signs"]), queries=int(header["queries"]))
    digests = arrays[-1]
    rows = {digests[at * _DIGEST : (at + 1) * _DIGEST]: at for at in range(tables.queries)}
    return Kept(tables, rows)
