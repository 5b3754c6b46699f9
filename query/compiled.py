"""Very many queries compiled into flat tables, by what ``query.needs`` says of each.

``Tables`` are numbers in a few arrays, quick to keep in a file; ``query.board`` asks them about items.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from query import kernel
from query.fields import FIELD_ORDER
from query.kernel import CASED, FIRST_OF_PAIR, KEY_SECTIONS, OPENS, SECOND_OF_PAIR, SECTIONS, fill, keys_of
from query.lookout import telling_pair
from query.needs import AnySign, CasedSign, Nearby, Need, PhraseSign, PrefixSign, Sign, ValueSign, WordSign

Array: TypeAlias = Any  # numpy's arrays, whose types say no more than that here

TEXTS = tuple(name for name in FIELD_ORDER if name not in ("section", "source", "language"))


@dataclass(frozen=True, slots=True)
class Tables:
    """``pool`` and ``wide``: the sections named in ``query.kernel``, parted by ``bounds`` and ``wide_bounds``.
    ``always``: queries that every item may match. ``values``: what whole fields are compared with, as (field, value,
    whether it is a beginning, sign). ``queries`` are numbered from 0."""

    pool: Array
    bounds: Array
    wide: Array
    wide_bounds: Array
    always: Array
    values: tuple[tuple[str, str, bool, int], ...]
    signs: int
    queries: int

    def section(self, number: int) -> Array:
        """One section of the pool."""
        return self.pool[self.bounds[number] : self.bounds[number + 1]]


@dataclass(slots=True)
class _Words:
    """Words or beginnings with the signs that they are."""

    numbers: dict[str, int] = field(default_factory=dict)
    which: array[int] = field(default_factory=lambda: array("i"))
    signs: array[int] = field(default_factory=lambda: array("i"))
    fields: array[int] = field(default_factory=lambda: array("i"))

    def number(self, word: str) -> int:
        return self.numbers.setdefault(word, len(self.numbers))

    def mean(self, word: str, sign: int, fields: int) -> None:
        self.which.append(self.number(word))
        self.signs.append(sign)
        self.fields.append(fields)


class Compiler:
    """Takes the needs of one query after the other; ``tables`` ends it."""

    def __init__(self) -> None:
        self._queries = 0
        self._signs: dict[Sign, int] = {}
        self._uses = array("i")
        self._words = _Words()
        self._prefixes = _Words()
        self._groups: list[tuple[int, int]] = []
        self._flags: dict[int, int] = {}
        self._cased: list[tuple[int, str, int, int]] = []
        self._pairs: dict[tuple[int, int], list[int]] = {}
        self._openers: list[tuple[int, int]] = []
        self._phrases: list[tuple[list[int], int, str, int, int]] = []
        self._near: dict[Nearby, int] = {}
        self._values: list[tuple[str, str, bool, int]] = []
        self._needs = array("i")
        self._programs = array("i")
        self._always = array("i")

    def add(self, needs: Iterable[Need]) -> int:
        """One more query; its number."""
        number = self._queries
        self._queries += 1
        for need in needs:
            if not need.every and not need.some:
                self._always.append(number)
                continue
            program = [len(need.every), *map(self._sign, need.every), len(need.some)]
            for signs in need.some:
                program += [len(signs), *map(self._sign, signs)]
            program += [len(need.never), *map(self._sign, need.never), len(need.near), *map(self._nearby, need.near)]
            is_simple = len(need.every) <= 2 and not need.some and not need.never and not need.near
            self._needs.extend((len(self._programs), number, need.exact, is_simple))
            self._programs.extend(program)
        return number

    def _sign(self, sign: Sign) -> int:
        number = self._signs.get(sign)
        if number is None:
            number = self._signs[sign] = len(self._signs)
            self._uses.append(0)
            self._watch(sign, number)
        self._uses[number] += 1
        return number

    def _watch(self, sign: Sign, number: int) -> None:
        match sign:
            case WordSign(fields, forms):
                for form in sorted(forms):
                    self._words.mean(form, number, _bits(fields))
            case PrefixSign(fields, prefix):
                self._prefixes.mean(prefix, number, _bits(fields))
            case CasedSign(fields, form, cased):
                word = self._words.number(form)
                self._flag(word, CASED)
                self._cased.append((word, cased, number, _bits(fields)))
            case PhraseSign():
                self._phrase(sign, number)
            case ValueSign(name, values, prefix):
                self._values += [(name, value, False, number) for value in sorted(values)]
                if prefix is not None:
                    self._values.append((name, prefix, True, number))
            case AnySign(signs):
                self._groups += [(self._sign(each), number) for each in sorted(signs, key=repr)]

    def _phrase(self, sign: PhraseSign, number: int) -> None:
        whole = sign.tokens[:-1] if sign.open else sign.tokens
        words = [self._words.number(token) for token in whole]
        opened = sign.tokens[-1] if sign.open else ""
        phrase = len(self._phrases)
        told = 0
        if len(words) == 1:
            self._flag(words[0], OPENS)
            self._openers.append((words[0], phrase))
        else:
            one, other = telling_pair(sign)
            pair = self._words.number(one), self._words.number(other)
            told = next(at for at in range(len(words)) if (words[at], words[at + 1]) == pair)
            self._flag(pair[0], FIRST_OF_PAIR)
            self._flag(pair[1], SECOND_OF_PAIR)
            self._pairs.setdefault(pair, []).append(phrase)
        self._phrases.append((words, told, opened, number, _bits(sign.fields)))

    def _flag(self, word: int, flag: int) -> None:
        self._flags[word] = self._flags.get(word, 0) | flag

    def _nearby(self, near: Nearby) -> int:
        for form in (*near.left, *near.right):
            self._words.number(form)
        return self._near.setdefault(near, len(self._near))

    # From lists to tables

    def tables(self) -> Tables:
        """All that was added. Raises ValueError if two words have one key, which no text of this world should show."""
        pool: list[Array] = [np.zeros(0, np.int32)] * SECTIONS
        wide: list[Array] = [np.zeros(0, np.int64)] * KEY_SECTIONS
        spelled = sorted(self._cased)
        wide[kernel.WORD_KEYS] = _keys(self._words.numbers)
        wide[kernel.CASED_KEYS] = _keys([cased for _, cased, _, _ in spelled])
        self._lay_words(pool, wide)
        pool[kernel.CASED_OF] = rows_of(
            np.array([word for word, _, _, _ in spelled], np.int32), len(self._words.numbers)
        )
        pool[kernel.CASED_SIGNS] = np.array([sign for _, _, sign, _ in spelled], np.int32)
        pool[kernel.CASED_FIELDS] = np.array([fields for _, _, _, fields in spelled], np.int32)
        self._lay_phrases(pool, wide)
        self._lay_needs(pool, wide)
        return Tables(
            np.concatenate([np.asarray(each, np.int32) for each in pool]),
            _bounds(map(len, pool)),
            np.concatenate(wide),
            _bounds(map(len, wide)),
            np.unique(np.array(self._always, np.int32)),
            tuple(self._values),
            len(self._signs),
            self._queries,
        )

    def _lay_words(self, pool: list[Array], wide: list[Array]) -> None:
        """Words and beginnings share the section of their signs."""
        flags = np.zeros(len(self._words.numbers), np.int64)
        for word, flag in self._flags.items():
            flags[word] = flag
        signs, fields = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
        for each, section, flagged in (
            (self._words, kernel.WORD_ROWS, flags),
            (self._prefixes, kernel.PREFIX_ROWS, np.zeros(len(self._prefixes.numbers), np.int64)),
        ):
            which = np.array(each.which, np.int32)
            order = np.argsort(which, kind="stable")
            begin = sum(map(len, signs))
            signs.append(np.array(each.signs, np.int32)[order])
            fields.append(np.array(each.fields, np.int32)[order])
            of = rows_of(which, len(flagged))
            count = np.diff(of)
            only = np.zeros(len(flagged), np.int64)
            one = of[:-1][count == 1]
            only[count == 1] = packed(signs[-1][one], fields[-1][one])
            columns = (packed(np.arange(len(flagged)), flagged), packed(of[:-1] + begin, count) * (count > 0), only)
            wide[section] = _table(_keys(each.numbers), np.stack(columns, axis=1))
        pool[kernel.WORD_SIGNS], pool[kernel.WORD_FIELDS] = np.concatenate(signs), np.concatenate(fields)
        lengths = {len(_encoded(prefix)) for prefix in self._prefixes.numbers}
        pool[kernel.PREFIX_LENGTHS] = np.array([length in lengths for length in range(max(lengths, default=0) + 1)])

    def _lay_phrases(self, pool: list[Array], wide: list[Array]) -> None:
        pairs = sorted(self._pairs)
        of, pool[kernel.PAIR_PHRASES] = _jagged([self._pairs[pair] for pair in pairs])
        numbers = np.array(pairs, np.int64).reshape(-1, 2)
        keys = packed(numbers[:, 0] + 1, numbers[:, 1])  # none is 0, which means a free row
        wide[kernel.PAIR_ROWS] = _table(keys, packed(of[:-1], np.diff(of)).reshape(-1, 1))
        openers = np.array(sorted(self._openers), np.int32).reshape(-1, 2)
        pool[kernel.OPENER_PHRASES_OF] = rows_of(openers[:, 0], len(self._words.numbers))
        pool[kernel.OPENER_PHRASES] = openers[:, 1]
        pool[kernel.PHRASE_WORDS_OF], pool[kernel.PHRASE_WORDS] = _jagged([phrase[0] for phrase in self._phrases])
        opened = [phrase[2] for phrase in self._phrases]
        wide[kernel.OPEN_KEYS] = _keys(opened)
        pool[kernel.PHRASE_OPEN] = np.array([len(_encoded(prefix)) for prefix in opened], np.int32)
        for section, column in ((kernel.PHRASE_TOLD, 1), (kernel.PHRASE_SIGNS, 3), (kernel.PHRASE_FIELDS, 4)):
            pool[section] = np.array([phrase[column] for phrase in self._phrases], np.int32)

    def _lay_needs(self, pool: list[Array], wide: list[Array]) -> None:
        groups = np.array(sorted(self._groups), np.int32).reshape(-1, 2)
        of = rows_of(groups[:, 0], len(self._signs))
        pool[kernel.GROUPS] = groups[:, 1]
        uses = np.array(self._uses, np.int64)
        wide[kernel.SIGN_ROWS] = np.stack((uses, packed(of[:-1], np.diff(of))), axis=1).reshape(-1)
        number = self._words.numbers
        for section, side in ((kernel.NEAR_LEFT_OF, "left"), (kernel.NEAR_RIGHT_OF, "right")):
            sides = [[number[form] for form in sorted(getattr(near, side))] for near in self._near]
            pool[section], pool[section + 1] = _jagged(sides)
        pool[kernel.NEAR_FIELDS] = np.array([_bits(near.fields) for near in self._near], np.int32)
        pool[kernel.NEAR_DISTANCE] = np.array([near.distance for near in self._near], np.int32)
        pool[kernel.NEEDS] = np.array(self._needs, np.int32)
        pool[kernel.PROGRAMS] = np.array(self._programs, np.int32)


def _bits(fields: Sequence[str]) -> int:
    return sum(1 << TEXTS.index(name) for name in fields)


def _encoded(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")


def _bounds(lengths: Iterable[int]) -> Array:
    return np.concatenate(([0], np.cumsum(list(lengths), dtype=np.int64)))


def rows_of(which: Array, number: int) -> Array:
    """The bounds of rows, from the row of every member."""
    return _bounds(np.bincount(which, minlength=number)) if number else np.zeros(1, np.int64)


def _jagged(rows: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    return _bounds(map(len, rows)), np.array([each for row in rows for each in row], np.int32)


def packed(high: Array, low: Array) -> Array:
    """Two numbers in one."""
    return np.asarray(high, np.int64) << 32 | np.asarray(low, np.int64)


def _keys(words: Iterable[str]) -> Array:
    """The keys of words, which ``query.kernel`` looks for."""
    each = [_encoded(word) for word in words]
    keys = np.zeros(len(each), np.int64)
    keys_of(np.frombuffer(b"".join(each) + b" ", np.uint8), _bounds(map(len, each)), keys)
    return keys


def _table(keys: Array, columns: Array) -> Array:
    """A hash table of rows, one behind the other."""
    if len(np.unique(keys)) < len(keys) or not np.all(keys):
        raise ValueError("two words have the same key")
    table = np.zeros((1 << max(1, (len(keys) * 5 // 4).bit_length()), columns.shape[1] + 1), np.int64)
    fill(keys, columns, table)
    return table.reshape(-1)
