"""Asks the tables of very many queries about items."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from query import kernel
from query.compiled import TEXTS, Array, Tables, packed, rows_of
from query.document import Document
from query.kernel import look, settle
from query.tape import tape_of

_SETTLED_AFTER = frozenset({32, 128, 512, 1024, 4096})  # items: then alternatives are put under what proved to be rare
_NEVER_AGAIN = np.iinfo(np.int64).max

_Whole: TypeAlias = tuple[dict[str, list[int]], dict[str, list[int]]]


class Board:
    """Asks the tables about items. May be asked by several threads."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._lock = threading.Lock()
        self._fields = _fields_of(tables)
        self._values = _values_of(tables)
        self._with_case = len(tables.section(kernel.CASED_SIGNS)) > 0
        self._signs = np.zeros((tables.signs, 4), np.int64)
        self._uses = tables.wide[tables.wide_bounds[kernel.SIGN_ROWS] :]
        self._signs[:, 3] = self._uses[1::2]
        self._marks = np.zeros(tables.queries, np.int64)
        self._seen = np.zeros(tables.signs, np.int32)
        self._out = np.zeros(tables.queries, np.int64)
        self._always = {2 * int(number) for number in tables.always}
        self._now = 0
        self._make_room(2048)
        self._settle()

    def cross_out(self, number: int) -> None:
        """Answer no more about a query."""
        with self._lock:
            self._marks[number] = _NEVER_AGAIN
            self._always.discard(2 * number)

    def fulfilled(self, document: Document) -> list[int]:
        """The numbers of the queries that an item may match, ascending, each times two, plus one if it surely does."""
        tape = tape_of(document, self._fields, self._with_case)
        extra = self._values_in(document)
        with self._lock:
            found = self._look(tape.folded, tape.cased, tape.aligned, extra)
        if self._always:
            sure = {number for number in found if number & 1}
            found = sorted({*found, *(number for number in self._always if number + 1 not in sure)})
        return found

    def _make_room(self, words: int) -> None:
        """For items of so many words, a power of two."""
        self._tokens = np.zeros((9, words), np.int32)
        self._places = np.zeros(2 * words, np.int32)
        self._keys = np.zeros(words, np.int64)
        self._words = np.zeros((6, words), np.int32)

    def _look(self, folded: bytes, cased: bytes, aligned: bool, extra: Array) -> list[int]:
        if len(folded) > 2 * self._tokens.shape[1]:
            self._make_room(1 << len(folded).bit_length())
        self._now += 1
        tables = self._tables
        number = look(
            np.frombuffer(folded, np.uint8),
            np.frombuffer(cased, np.uint8),
            aligned,
            extra,
            self._now,
            tables.pool,
            tables.bounds,
            tables.wide,
            tables.wide_bounds,
            self._homes,
            self._signs,
            self._marks,
            self._tokens,
            self._places,
            self._keys,
            self._words,
            self._seen,
            self._out,
        )
        if self._now in _SETTLED_AFTER:
            self._settle()
        found: list[int] = np.sort(self._out[:number]).tolist()
        return found

    def _settle(self) -> None:
        """Puts every alternative under its rarest signs."""
        tables = self._tables
        room = settle(tables.pool, tables.bounds, self._uses, self._signs, np.zeros((0, 4), np.int32))
        homes = np.zeros((room, 4), np.int32)
        settle(tables.pool, tables.bounds, self._uses, self._signs, homes)
        of = rows_of(homes[:, 0], tables.signs)
        self._signs[:, kernel.HOMES] = packed(of[:-1], np.diff(of))
        self._homes = np.ascontiguousarray(homes[np.argsort(homes[:, 0], kind="stable"), 1:])

    def _values_in(self, document: Document) -> Array:
        found: list[int] = []
        for name, (values, prefixes) in self._values.items():
            whole = document.whole(name)[0]
            found += values.get(whole, ())
            for prefix, signs in prefixes.items():
                if whole.startswith(prefix):
                    found += signs
        return np.array(found, np.int32)


def _fields_of(tables: Tables) -> tuple[str, ...]:
    """The fields whose words matter; a field before one of them is there to be counted."""
    sections = (kernel.WORD_FIELDS, kernel.CASED_FIELDS, kernel.PHRASE_FIELDS, kernel.NEAR_FIELDS)
    bits = 0
    for section in sections:
        bits |= int(np.bitwise_or.reduce(tables.section(section), initial=0))
    return tuple(name if bits >> at & 1 else "" for at, name in enumerate(TEXTS))[: bits.bit_length()]


def _values_of(tables: Tables) -> Mapping[str, _Whole]:
    found: dict[str, _Whole] = {}
    for name, value, is_beginning, sign in tables.values:
        found.setdefault(name, ({}, {}))[is_beginning].setdefault(value, []).append(sign)
    return found
