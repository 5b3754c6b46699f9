"""An item as bytes for ``query.kernel``: its words in UTF-8 with spaces between them, field after field.

Latin text takes the quick way of ``query.quick``: its letters go to the kernel as they are, which knows the borders of
plain words, and only pieces like ``6.5`` or ``U.S.`` are put down by the analyser. Other text is the analyser's alone.
"""

from __future__ import annotations

import functools
import threading
from typing import Any, NamedTuple

import numpy as np

from query.document import Document
from query.kernel import BETWEEN, DIGIT, FIELD, LETTER, OTHER, SIGN, odd_pieces
from query.kernel import PART as PART_SIGN
from query.quick import BREAK, PART, latin_letters
from query.words import PARAGRAPH, PARTED, Analysis, analyse

_GAPS = {0: " ", PARAGRAPH: "\n", PARTED: "\x1f"}
_FIELD = bytes([FIELD])
_BREAK, _PART = BREAK.encode(), PART.encode()  # no word holds these


class Tape(NamedTuple):
    """``folded`` words and the ``cased`` ones; ``aligned``: both stand at the same places."""

    folded: bytes
    cased: bytes
    aligned: bool


def _kinds() -> Any:
    kinds = np.full(256, OTHER, np.uint8)
    for code in range(128):
        letter = chr(code)
        kinds[code] = LETTER if letter.isalpha() else DIGIT if letter.isdigit() else BETWEEN
    kinds[[ord(sign) for sign in "',."]] = SIGN
    return kinds


_KINDS = _kinds()
_ROOM = threading.local()  # where the borders of odd pieces are written


def tape_of(document: Document, fields: tuple[str, ...], with_case: bool = True) -> Tape:
    """The words of some fields, each ended by a sign, also those that are empty. Without case ``cased`` need not be
    the words with their case."""
    folded: list[bytes] = []
    cased: list[bytes] = []
    aligned = True
    for field in fields:
        if text := document.text(field):
            letters = latin_letters(text) if field != "url" or "%" not in text else None
            one = _slow(document.analysis(field), with_case) if letters is None else _quick(letters)
            folded.append(one.folded)
            cased.append(one.cased)
            aligned = aligned and one.aligned
        folded.append(_FIELD)
        cased.append(_FIELD)
    return Tape(b"".join(folded), b"".join(cased), aligned)


def _slow(words: Analysis, with_case: bool) -> Tape:
    if not with_case:
        plain = _encoded(" ".join(words.stream)).replace(_BREAK, b"\n").replace(_PART, bytes([PART_SIGN]))
        return Tape(plain, plain, True)
    each = words.listed
    gaps = [_GAPS[gap] for gap in each.gaps]
    folded, cased = (
        "".join([part for pair in zip(gaps, column, strict=True) for part in pair])
        for column in (each.tokens, each.cased)
    )
    return Tape(_encoded(folded), _encoded(cased), False)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _quick(letters: bytes) -> Tape:
    room = getattr(_ROOM, "odd", None)
    if room is None or len(room) < len(letters) + 2:
        room = _ROOM.odd = np.empty(2 * len(letters) + 2, np.int32)
    number = odd_pieces(np.frombuffer(letters, np.uint8), _KINDS, room)
    if not number:
        return Tape(letters.lower(), letters, True)
    cased: list[bytes] = []
    at, ascii_only = 0, True
    borders = room[: 2 * number].tolist()
    pieces = [letters[start:end] for start, end in zip(borders[::2], borders[1::2], strict=True)]
    for piece, start in zip(pieces, borders[::2], strict=True):
        words = _piece(piece)
        ascii_only = ascii_only and words[0] is None
        cased.append(letters[at:start])
        cased.append(words[1])
        at = start + len(piece)
    cased.append(letters[at:])
    spelled = b"".join(cased)
    if ascii_only:
        return Tape(spelled.lower(), spelled, True)
    folded = [part.lower() for part in cased]
    for number, piece in enumerate(pieces):
        folded[2 * number + 1] = _piece(piece)[0] or folded[2 * number + 1]
    written = b"".join(folded)
    return Tape(written, spelled, len(written) == len(spelled))


@functools.lru_cache(maxsize=16384)
def _piece(piece: bytes) -> tuple[bytes | None, bytes]:
    """The folded words of a piece, None where ``bytes.lower`` gives them, and the words with their case."""
    each = analyse(piece.decode("latin-1")).listed
    folded, cased = _encoded(" ".join(each.tokens)), _encoded(" ".join(each.cased))
    return (None if folded == cased.lower() and cased.isascii() else folded), cased
