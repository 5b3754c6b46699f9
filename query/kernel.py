"""Which of very many queries an item fulfils, in native code: the words in its bytes, the signs these are, the needs
that the signs fulfil. The bytes are made by ``query.tape``, the tables by ``query.compiled``.

Whoever imports this pays for numba (some 100 MB), so it is imported where there are very many queries only. It is one
file, long as it is, because numba keeps what it compiled by the date of the file it stands in: constants and functions
of another file could change without its notice.

What costs time here is memory, not arithmetic: the tables of a hundred thousand queries do not fit into a processor's
caches. So what is asked of a word or a sign lies in one row, and each loop waits for one table only, so that the
processor can fetch many rows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

# Sections of the pool of tables, 32-bit numbers. ``…_OF`` are the bounds of rows: row n lies between [n] and [n + 1].
SECTIONS = 24
(
    WORD_SIGNS,
    WORD_FIELDS,  # in which fields, as bits, the word means that sign
    PREFIX_LENGTHS,  # by length in bytes: whether any prefix is so long
    CASED_OF,  # by word: its spellings that are asked for letter by letter
    CASED_SIGNS,
    CASED_FIELDS,
    PAIR_PHRASES,
    OPENER_PHRASES_OF,  # by word: phrases of that word and a beginning
    OPENER_PHRASES,
    PHRASE_WORDS_OF,
    PHRASE_WORDS,
    PHRASE_TOLD,  # which word of the phrase is the first of its telling pair
    PHRASE_OPEN,  # length in bytes of the beginning that ends the phrase, or 0
    PHRASE_SIGNS,
    PHRASE_FIELDS,
    NEAR_LEFT_OF,
    NEAR_LEFT,
    NEAR_RIGHT_OF,
    NEAR_RIGHT,
    NEAR_FIELDS,
    NEAR_DISTANCE,
    NEEDS,  # four numbers for each: where its program begins, query, exact, whether two signs say it all
    PROGRAMS,  # counts and numbers: every; groups of some; never; near
    GROUPS,
) = range(SECTIONS)

# Sections of the pool of keys, 64-bit numbers. Tables are rows at the place that the key says, or the next free one.
KEY_SECTIONS = 7
(
    WORD_ROWS,  # four numbers: key; word and flags; where its signs begin and how many; the only sign and its fields
    PREFIX_ROWS,  # the same
    PAIR_ROWS,  # two numbers: key; where its phrases begin and how many
    WORD_KEYS,  # by word
    CASED_KEYS,  # by spelling
    OPEN_KEYS,  # by phrase
    SIGN_ROWS,  # two numbers by sign: how many needs ask for it; where its groups begin and how many
) = range(KEY_SECTIONS)

FIRST_OF_PAIR, SECOND_OF_PAIR, OPENS, CASED = 1, 2, 4, 8  # flags of words
STAMP, FREQUENCY, HOMES = range(3)  # columns of what is remembered of a sign; the fourth are its groups
HOME_SECOND, HOME_QUERY, HOME_PROGRAM = range(3)  # columns of homes

SPACE, PARAGRAPH, PART, FIELD = 0x20, 0x0A, 0x1F, 0x1E  # bytes between words
BETWEEN, LETTER, DIGIT, SIGN, OTHER = range(5)  # kinds of bytes

# Rows of ``tokens``, which are words as they stand, and of ``words``, the different ones of an item.
START, END, PARAGRAPHS, FIELDS, FOLLOWS, WORD, BEFORE, CASED_START, CASED_END = range(9)
FIRST, SEEN_IN, LAST, NUMBER, FLAGS, ROW = range(6)

LOW = 0xFFFFFFFF  # of two numbers packed in one, the low one

SEED = np.uint64(0xCBF29CE484222325)  # FNV-1a, 64 bits
PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(24)
_DOT, _COMMA, _APOSTROPHE, _S = 46, 44, 39, 115


def native(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled when it is first called, once for an installation or a user; for every process where nothing can be
    kept."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)


@native
def odd_pieces(letters, kinds, out):
    """Start and end of every piece between spaces that only the analyser can read; their number.

    Letters alone or digits alone, perhaps with 's, full stops and commas behind them, are read by ``look``.
    """
    end, found, at = len(letters), 0, 0
    while at < end:
        kind = kinds[letters[at]]
        if kind == BETWEEN:
            at += 1
            continue
        start = at
        if kind in (LETTER, DIGIT):
            while at < end and kinds[letters[at]] == kind:
                at += 1
            if kind == LETTER and at + 1 < end and letters[at] == _APOSTROPHE and letters[at + 1] | 32 == _S:
                at += 2
            while at < end and (letters[at] == _DOT or letters[at] == _COMMA):
                at += 1
            if at == end or kinds[letters[at]] == BETWEEN:
                continue
        while at < end and kinds[letters[at]] != BETWEEN:
            at += 1
        out[2 * found] = start
        out[2 * found + 1] = at
        found += 1
    return found


@native
def key_of(text, start, end):
    key = SEED
    for at in range(start, end):
        key = (key ^ np.uint64(text[at])) * PRIME
    return np.int64(key)


@native
def place_of(key, last):
    """Where the row of a key is to be, in a table of ``last`` + 1 rows."""
    return np.int64((np.uint64(key) * _MIX) >> _SHIFT & np.uint64(last))


@native
def keys_of(letters, bounds, out):
    """The key of every word of many that stand in one row; no key is 0, which means a free row."""
    for number in range(len(bounds) - 1):
        out[number] = key_of(letters, bounds[number], bounds[number + 1])


@native
def fill(keys, columns, table):
    """Puts rows into a table of zeros with more rows, a power of two of them: the key, then its columns."""
    last = len(table) - 1
    for number in range(len(keys)):
        at = place_of(keys[number], last)
        while table[at, 0]:
            at = (at + 1) & last
        table[at, 0] = keys[number]
        for column in range(columns.shape[1]):
            table[at, column + 1] = columns[number, column]


@native
def row_of(key, table, width):
    """Where the row of a key begins in a table that is one row of numbers, or -1."""
    last = len(table) // width - 1
    at = place_of(key, last)
    while table[at * width]:
        if table[at * width] == key:
            return at * width
        at = (at + 1) & last
    return -1


@native
def split(text, tokens):
    """Where every word stands, and whether it may follow the word before in a phrase; their number."""
    end, found, at, paragraph, field, follows = len(text), 0, 0, 0, 0, 0
    while at < end:
        letter = text[at]
        if letter <= SPACE:
            if letter == PARAGRAPH or letter == FIELD:  # noqa: SIM109 - numba
                paragraph += 1
                field += letter == FIELD
                follows = 0
            elif letter == PART:
                follows = 0
            at += 1
            continue
        start = at
        while at < end and text[at] > SPACE:
            at += 1
        stop = at
        while stop > start and (text[stop - 1] == _DOT or text[stop - 1] == _COMMA):
            stop -= 1
        if stop - start > 2 and text[stop - 1] == _S and text[stop - 2] == _APOSTROPHE:
            stop -= 2
        tokens[START, found] = start
        tokens[END, found] = stop
        tokens[PARAGRAPHS, found] = paragraph
        tokens[FIELDS, found] = field
        tokens[FOLLOWS, found] = follows
        follows = 1
        found += 1
    return found


@native
def spellings(cased, tokens):
    """Where every word stands in the text with its case, which has as many."""
    end, found, at = len(cased), 0, 0
    while at < end:
        if cased[at] <= SPACE:
            at += 1
            continue
        tokens[CASED_START, found] = at
        while at < end and cased[at] > SPACE:
            at += 1
        tokens[CASED_END, found] = at
        found += 1


@native
def different_words(text, number, tokens, places, keys, words):
    """The different words of an item: their keys, first places, fields, and the chain of their places. How many."""
    last, found = len(places) - 1, 0
    places[:] = 0
    for token in range(number):
        key = key_of(text, tokens[START, token], tokens[END, token])
        at = place_of(key, last)
        while places[at] and keys[places[at] - 1] != key:
            at = (at + 1) & last
        word = places[at] - 1
        if word < 0:
            word = found
            found += 1
            places[at] = found
            keys[word] = key
            words[FIRST, word], words[SEEN_IN, word], words[LAST, word] = token, 0, -1
        tokens[WORD, token] = word
        tokens[BEFORE, token] = words[LAST, word]
        words[LAST, word] = token
        words[SEEN_IN, word] |= 1 << tokens[FIELDS, token]
    return found


@native
def _see(sign, now, signs, seen, count, groups):
    """Notes a sign and the groups it is one of; the number of signs seen."""
    if signs[sign, STAMP] != now:
        signs[sign, STAMP] = now
        seen[count] = sign
        count += 1
        packed = signs[sign, 3]
        for at in range(packed >> 32, (packed >> 32) + (packed & LOW)):
            group = groups[at]
            if signs[group, STAMP] != now:
                signs[group, STAMP] = now
                seen[count] = group
                count += 1
    return count


@native
def _see_row(table, row, fields, now, pool, bounds, signs, seen, count):
    """Notes the signs that a word or beginning is in some fields."""
    groups = pool[bounds[GROUPS] : bounds[GROUPS + 1]]
    packed = table[row + 2]
    if packed & LOW == 1:
        if table[row + 3] & fields:
            count = _see(table[row + 3] >> 32, now, signs, seen, count, groups)
        return count
    word_signs = pool[bounds[WORD_SIGNS] : bounds[WORD_SIGNS + 1]]
    word_fields = pool[bounds[WORD_FIELDS] : bounds[WORD_FIELDS + 1]]
    for at in range(packed >> 32, (packed >> 32) + (packed & LOW)):
        if word_fields[at] & fields:
            count = _see(word_signs[at], now, signs, seen, count, groups)
    return count


@native
def _see_beginnings(
    text, different, tokens, words, table, now, pool, bounds, signs, seen, count
):  # fmt: skip
    lengths = pool[bounds[PREFIX_LENGTHS] : bounds[PREFIX_LENGTHS + 1]]
    for word in range(different):
        token = words[FIRST, word]
        start = tokens[START, token]
        key = SEED
        for length in range(1, min(len(lengths) - 1, tokens[END, token] - start) + 1):
            key = (key ^ np.uint64(text[start + length - 1])) * PRIME
            if lengths[length]:
                row = row_of(np.int64(key), table, 4)
                if row >= 0:
                    count = _see_row(table, row, words[SEEN_IN, word], now, pool, bounds, signs, seen, count)
    return count


@native
def _see_spellings(
    cased, aligned, word, tokens, words, spelled, now, pool, bounds, signs, seen, count
):  # fmt: skip
    """Notes how a word of an item is written, as far as anybody asks."""
    number, token = words[NUMBER, word], words[LAST, word]
    groups = pool[bounds[GROUPS] : bounds[GROUPS + 1]]
    begin, end = pool[bounds[CASED_OF] + number], pool[bounds[CASED_OF] + number + 1]
    while token >= 0:
        if aligned:
            key = key_of(cased, tokens[START, token], tokens[END, token])
        else:
            key = key_of(cased, tokens[CASED_START, token], tokens[CASED_END, token])
        for at in range(begin, end):
            if spelled[at] == key and pool[bounds[CASED_FIELDS] + at] >> tokens[FIELDS, token] & 1:
                count = _see(pool[bounds[CASED_SIGNS] + at], now, signs, seen, count, groups)
        token = tokens[BEFORE, token]
    return count


@native
def _phrase_stands(phrase, start, number, tokens, words, text, opened, pool, bounds):
    """Whether the words of a phrase stand from word ``start`` on, of ``number`` words."""
    begin, end = pool[bounds[PHRASE_WORDS_OF] + phrase], pool[bounds[PHRASE_WORDS_OF] + phrase + 1]
    open_length = pool[bounds[PHRASE_OPEN] + phrase]
    last = start + end - begin
    if start < 0 or last + (open_length > 0) > number:
        return False
    if not pool[bounds[PHRASE_FIELDS] + phrase] >> tokens[FIELDS, start] & 1:
        return False
    for at in range(end - begin):
        if words[NUMBER, tokens[WORD, start + at]] != pool[bounds[PHRASE_WORDS] + begin + at]:
            return False
        if at and not tokens[FOLLOWS, start + at]:
            return False
    if not open_length:
        return True
    first = tokens[START, last]
    if not tokens[FOLLOWS, last] or tokens[END, last] - first < open_length:
        return False
    return key_of(text, first, first + open_length) == opened[phrase]


@native
def _see_phrases(
    text, number, tokens, words, pairs, opened, now, pool, bounds, signs, seen, count
):  # fmt: skip
    pair_phrases = pool[bounds[PAIR_PHRASES] : bounds[PAIR_PHRASES + 1]]
    phrase_signs = pool[bounds[PHRASE_SIGNS] : bounds[PHRASE_SIGNS + 1]]
    opener_phrases = pool[bounds[OPENER_PHRASES] : bounds[OPENER_PHRASES + 1]]
    told = pool[bounds[PHRASE_TOLD] : bounds[PHRASE_TOLD + 1]]
    groups = pool[bounds[GROUPS] : bounds[GROUPS + 1]]
    for token in range(number):
        word = tokens[WORD, token]
        if words[FLAGS, word] & OPENS:
            place = bounds[OPENER_PHRASES_OF] + words[NUMBER, word]
            for at in range(pool[place], pool[place + 1]):
                phrase = opener_phrases[at]
                if _phrase_stands(phrase, token, number, tokens, words, text, opened, pool, bounds):
                    count = _see(phrase_signs[phrase], now, signs, seen, count, groups)
        if not words[FLAGS, word] & FIRST_OF_PAIR or token + 1 == number or not tokens[FOLLOWS, token + 1]:
            continue
        other = tokens[WORD, token + 1]
        if not words[FLAGS, other] & SECOND_OF_PAIR:
            continue
        row = row_of(np.int64(words[NUMBER, word] + 1) << 32 | words[NUMBER, other], pairs, 2)
        if row >= 0:
            packed = pairs[row + 1]
            for at in range(packed >> 32, (packed >> 32) + (packed & LOW)):
                phrase = pair_phrases[at]
                if _phrase_stands(phrase, token - told[phrase], number, tokens, words, text, opened, pool, bounds):
                    count = _see(phrase_signs[phrase], now, signs, seen, count, groups)
    return count


@native
def _last_place(number, word_keys, places, keys, words):
    """The last place of a word in an item, or -1."""
    key, last = word_keys[number], len(places) - 1
    at = place_of(key, last)
    while places[at]:
        if keys[places[at] - 1] == key:
            return words[LAST, places[at] - 1]
        at = (at + 1) & last
    return -1


@native
def _are_near(here, there, distance, fields, tokens):
    """Whether two words stand near each other, by their last places. Both chains of places descend: the farther one
    steps on. Where both are one word, each place is compared with the next."""
    while here >= 0 and there >= 0:
        apart = here - there if here > there else there - here
        same = tokens[PARAGRAPHS, here] == tokens[PARAGRAPHS, there] and fields >> tokens[FIELDS, here] & 1
        if same and apart and apart <= distance + 1:
            return True
        if here > there:
            here = tokens[BEFORE, here]
        else:
            there = tokens[BEFORE, there]
    return False


@native
def _near(near, tokens, word_keys, places, keys, words, pool, bounds):
    """Whether a word of the left stands near one of the right."""
    fields, distance = pool[bounds[NEAR_FIELDS] + near], pool[bounds[NEAR_DISTANCE] + near]
    left, right = bounds[NEAR_LEFT_OF] + near, bounds[NEAR_RIGHT_OF] + near
    for one in range(pool[left], pool[left + 1]):
        here = _last_place(pool[bounds[NEAR_LEFT] + one], word_keys, places, keys, words)
        if here < 0:
            continue
        for other in range(pool[right], pool[right + 1]):
            there = _last_place(pool[bounds[NEAR_RIGHT] + other], word_keys, places, keys, words)
            if _are_near(here, there, distance, fields, tokens):
                return True
    return False


@native
def _fulfilled(
    at, now, programs, signs, tokens, word_keys, places, keys, words, pool, bounds
):  # fmt: skip
    """Whether the item has what the alternative asks for whose program begins at ``at``."""
    for _ in range(programs[at]):
        at += 1
        if signs[programs[at], STAMP] != now:
            return False
    at += 1
    for _ in range(programs[at]):
        at += 1
        number, some = programs[at], False
        for offset in range(at + 1, at + 1 + number):
            if signs[programs[offset], STAMP] == now:
                some = True
                break
        if not some:
            return False
        at += number
    at += 1
    for _ in range(programs[at]):
        at += 1
        if signs[programs[at], STAMP] == now:
            return False
    at += 1
    for _ in range(programs[at]):
        at += 1
        if not _near(programs[at], tokens, word_keys, places, keys, words, pool, bounds):
            return False
    return True


@native
def _see_words(
    cased, aligned, different, tokens, words, word_rows, spelled, now, pool, bounds, signs, seen, count
):  # fmt: skip
    """Notes the signs that the different words of an item are."""
    for word in range(different):
        row = words[ROW, word]
        words[NUMBER, word] = word_rows[row + 1] >> 32 if row >= 0 else -1
        words[FLAGS, word] = word_rows[row + 1] & LOW if row >= 0 else 0
        if row >= 0 and word_rows[row + 2]:
            count = _see_row(word_rows, row, words[SEEN_IN, word], now, pool, bounds, signs, seen, count)
        if words[FLAGS, word] & CASED:
            count = _see_spellings(
                cased, aligned, word, tokens, words, spelled, now, pool, bounds, signs, seen, count
            )  # fmt: skip
    return count


@native
def _answers(
    now, count, seen, homes, marks, pool, bounds, signs, tokens, word_keys, places, keys, words, out
):  # fmt: skip
    """Which queries have an alternative that the signs seen fulfil: into ``out``; how many."""
    programs = pool[bounds[PROGRAMS] : bounds[PROGRAMS + 1]]
    found = 0
    for at in range(count):
        sign = seen[at]
        signs[sign, FREQUENCY] += 1
        packed = signs[sign, HOMES]
        for home in range(packed >> 32, (packed >> 32) + (packed & LOW)):
            second = homes[home, HOME_SECOND]
            if second >= 0 and signs[second, STAMP] != now:
                continue
            query, exact = homes[home, HOME_QUERY] >> 1, homes[home, HOME_QUERY] & 1
            if marks[query] >= 2 * now + exact:
                continue
            program = homes[home, HOME_PROGRAM]
            if program < 0 or _fulfilled(
                program, now, programs, signs, tokens, word_keys, places, keys, words, pool, bounds
            ):
                if marks[query] < 2 * now:
                    out[found] = query
                    found += 1
                marks[query] = 2 * now + exact
    for at in range(found):
        out[at] = 2 * out[at] + (marks[out[at]] & 1)
    return found


@native
def look(
    text, cased, aligned, extra, now, pool, bounds, wide, wide_bounds, homes,
    signs, marks, tokens, places, keys, words, seen, out
):  # fmt: skip
    """Which queries an item fulfils: into ``out`` their number times two, plus one where nobody need judge. How many.

    ``text`` are folded words, ``cased`` the same with their case; ``aligned``: both have the same places. ``extra`` are
    signs known to be there. ``signs`` and ``marks`` remember from item to item, by ``now``; what follows is room.
    """
    word_rows = wide[wide_bounds[WORD_ROWS] : wide_bounds[WORD_ROWS + 1]]
    prefix_rows = wide[wide_bounds[PREFIX_ROWS] : wide_bounds[PREFIX_ROWS + 1]]
    pair_rows = wide[wide_bounds[PAIR_ROWS] : wide_bounds[PAIR_ROWS + 1]]
    word_keys = wide[wide_bounds[WORD_KEYS] : wide_bounds[WORD_KEYS + 1]]
    spelled = wide[wide_bounds[CASED_KEYS] : wide_bounds[CASED_KEYS + 1]]
    opened = wide[wide_bounds[OPEN_KEYS] : wide_bounds[OPEN_KEYS + 1]]
    groups = pool[bounds[GROUPS] : bounds[GROUPS + 1]]
    count = 0
    for at in range(len(extra)):
        count = _see(extra[at], now, signs, seen, count, groups)
    number = split(text, tokens)
    if not aligned:
        spellings(cased, tokens)
    different = different_words(text, number, tokens, places, keys, words)
    for word in range(different):
        words[ROW, word] = row_of(keys[word], word_rows, 4)
    count = _see_words(
        cased, aligned, different, tokens, words, word_rows, spelled, now, pool, bounds, signs, seen, count
    )  # fmt: skip
    if len(prefix_rows) > 4:
        count = _see_beginnings(
            text, different, tokens, words, prefix_rows, now, pool, bounds, signs, seen, count
        )  # fmt: skip
    count = _see_phrases(text, number, tokens, words, pair_rows, opened, now, pool, bounds, signs, seen, count)

    return _answers(
        now, count, seen, homes, marks, pool, bounds, signs, tokens, word_keys, places, keys, words, out
    )  # fmt: skip


@native
def _cost(sign, signs, uses):
    """How many items have a sign, as far as known; of those unseen, how many queries ask for it."""
    return signs[sign, FREQUENCY] * 1_000_000_000 + uses[2 * sign]


@native
def _rarest(begin, programs, signs, uses):
    """The two rarest of the signs that are all needed, or -1."""
    first, second = -1, -1
    for place in range(begin + 1, begin + 1 + programs[begin]):
        sign = programs[place]
        if first < 0 or _cost(sign, signs, uses) < _cost(first, signs, uses):
            first, second = sign, first
        elif second < 0 or _cost(sign, signs, uses) < _cost(second, signs, uses):
            second = sign
    return first, second


@native
def _rarest_group(begin, least, programs, signs, uses):
    """Where the group of signs is of which one is needed and which is rarer than ``least``, unless that is -1."""
    group, place = -1, begin + 1
    for _ in range(programs[begin]):
        total = 0
        for offset in range(place + 1, place + 1 + programs[place]):
            total += _cost(programs[offset], signs, uses)
        if least < 0 or total < least:
            group, least = place, total
        place += programs[place] + 1
    return group


@native
def settle(pool, bounds, uses, signs, out):
    """Under which signs every alternative lies: rows of ``out`` are the sign and the columns of homes. How many;
    ``out`` may be without rows to learn that.

    An alternative lies under its rarest sign, or under each of a group of which one is needed, if that is rarer.
    """
    needs = pool[bounds[NEEDS] : bounds[NEEDS + 1]]
    programs = pool[bounds[PROGRAMS] : bounds[PROGRAMS + 1]]
    found, room = 0, len(out)
    for need in range(len(needs) // 4):
        begin = at = needs[4 * need]
        query = 2 * needs[4 * need + 1] + needs[4 * need + 2]
        first, second = _rarest(at, programs, signs, uses)
        at += programs[at] + 1
        group = _rarest_group(at, _cost(first, signs, uses) if first >= 0 else -1, programs, signs, uses)
        if group >= 0:
            for offset in range(group + 1, group + 1 + programs[group]):
                if found < room:
                    out[found, 0], out[found, 1], out[found, 2], out[found, 3] = programs[offset], first, query, begin
                found += 1
        elif first >= 0:
            if found < room:
                program = -1 if needs[4 * need + 3] else begin
                out[found, 0], out[found, 1], out[found, 2], out[found, 3] = first, second, query, program
            found += 1
    return found
