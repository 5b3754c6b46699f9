"""The loops over the bytes of an item and the flat tables of many queries, compiled to native code by numba.

Whoever imports this pays for numba (some 80 MB), so it is imported where there are many queries only. The tables are
made by ``query.compiled``, which describes them; the bytes by ``query.tape``.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# Sections of the pool of tables. ``…_OF`` are the bounds of rows: row n lies between [n] and [n + 1].
(
    WORD_SLOTS,  # hash table: number of a word + 1, 0 is free
    WORD_AT,  # where a word begins in the arena; it ends where the next begins
    WORD_SIGNS_OF,
    WORD_SIGNS,
    WORD_FIELDS,  # in which fields, as bits, the word means that sign
    WORD_FLAGS,
    PREFIX_SLOTS,
    PREFIX_AT,
    PREFIX_SIGNS_OF,
    PREFIX_SIGNS,
    PREFIX_FIELDS,
    PREFIX_LENGTHS,  # by length in bytes: whether any prefix is so long
    CASED_OF,  # by word: its spellings that are asked for letter by letter
    CASED_AT,
    CASED_SIGNS,
    CASED_FIELDS,
    PAIR_SLOTS,
    PAIR_PHRASES_OF,
    PAIR_PHRASES,
    OPENER_PHRASES_OF,  # by word: phrases of that word and a beginning
    OPENER_PHRASES,
    PHRASE_WORDS_OF,
    PHRASE_WORDS,
    PHRASE_TOLD,  # which word of the phrase is the first of its telling pair
    PHRASE_OPEN,  # number of the prefix that ends the phrase, or -1
    PHRASE_SIGNS,
    PHRASE_FIELDS,
    GROUPS_OF,  # by sign: the groups it is one of
    GROUPS,
    NEAR_LEFT_OF,
    NEAR_LEFT,
    NEAR_RIGHT_OF,
    NEAR_RIGHT,
    NEAR_FIELDS,
    NEAR_DISTANCE,
    NEED_AT,  # where an alternative begins in the programs
    NEEDS,  # counts and numbers: every; groups of some; never; near
    NEED_QUERY,
    NEED_EXACT,
    SIGN_USES,
    ALWAYS,  # queries that every item may fulfil
) = range(41)
SECTIONS = 41

WORD_KEYS, PREFIX_KEYS, PAIR_KEYS = range(3)  # sections of the pool of 64-bit keys

FIRST_OF_PAIR, SECOND_OF_PAIR, OPENS, CASED, PLACED = 1, 2, 4, 8, 16  # flags of words

SPACE, PARAGRAPH, PART, FIELD = 0x20, 0x0A, 0x1F, 0x1E  # bytes between words
BETWEEN, LETTER, DIGIT, SIGN, OTHER = range(5)  # kinds of bytes

_SEED = np.uint64(0xCBF29CE484222325)  # FNV-1a, 64 bits
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
_DOT, _COMMA, _APOSTROPHE, _S = 46, 44, 39, 115


@njit(cache=True, nogil=True)
def odd_pieces(letters, kinds, out):  # type: ignore[no-untyped-def]
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


@njit(cache=True, nogil=True)
def hashes_of(arena, bounds, out):  # type: ignore[no-untyped-def]
    """The hash of every word of an arena."""
    for number in range(len(bounds) - 1):
        key = _SEED
        for at in range(bounds[number], bounds[number + 1]):
            key = (key ^ np.uint64(arena[at])) * _PRIME
        out[number] = key


@njit(cache=True, nogil=True)
def fill_slots(keys, slots):  # type: ignore[no-untyped-def]
    """The hash table of keys, all different; ``slots`` are zeros, a power of two of them."""
    last = np.uint64(len(slots) - 1)
    for number in range(len(keys)):
        at = ((keys[number] * _MIX) >> _SHIFT) & last
        while slots[np.int64(at)]:
            at = (at + np.uint64(1)) & last
        slots[np.int64(at)] = number + 1


@njit(cache=True, nogil=True, inline="never")
def _number(key, slots, keys, arena, bounds, text, start, end):  # type: ignore[no-untyped-def]
    """The number of a word, or -1."""
    last = np.uint64(len(slots) - 1)
    at = ((key * _MIX) >> _SHIFT) & last
    while True:
        number = slots[np.int64(at)] - 1
        if number < 0:
            return -1
        begin = bounds[number]
        if keys[number] == key and bounds[number + 1] - begin == end - start:
            same = True
            for offset in range(end - start):
                if arena[begin + offset] != text[start + offset]:
                    same = False
                    break
            if same:
                return number
        at = (at + np.uint64(1)) & last


@njit(cache=True, nogil=True)
def _pair_number(key, slots, keys):  # type: ignore[no-untyped-def]
    last = np.uint64(len(slots) - 1)
    at = ((key * _MIX) >> _SHIFT) & last
    while True:
        number = slots[np.int64(at)] - 1
        if number < 0 or keys[number] == key:
            return number
        at = (at + np.uint64(1)) & last


@njit(cache=True, nogil=True)
def _see(sign, now, stamps, seen, count, groups_of, groups):  # type: ignore[no-untyped-def]
    """Notes a sign and the groups it is one of; the number of signs seen."""
    if stamps[sign] != now:
        stamps[sign] = now
        seen[count] = sign
        count += 1
        for at in range(groups_of[sign], groups_of[sign + 1]):
            group = groups[at]
            if stamps[group] != now:
                stamps[group] = now
                seen[count] = group
                count += 1
    return count


@njit(cache=True, nogil=True)
def _begins(text, start, end, arena, begin, stop):  # type: ignore[no-untyped-def]
    if end - start < stop - begin:
        return False
    for offset in range(stop - begin):  # noqa: SIM110 - numba
        if text[start + offset] != arena[begin + offset]:
            return False
    return True


@njit(cache=True, nogil=True)
def _split(text, tokens):  # type: ignore[no-untyped-def]
    """Rows 0 and 1 of ``tokens``: start and end of every word; 2: paragraph; 3: field; 4: whether it may follow the
    word before in a phrase. Their number."""
    end, found, at, paragraph, field, follows = len(text), 0, 0, 0, 0, 0
    while at < end:
        letter = text[at]
        if letter <= SPACE:
            if letter == PARAGRAPH or letter == FIELD:
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
        tokens[0, found] = start
        tokens[1, found] = stop
        tokens[2, found] = paragraph
        tokens[3, found] = field
        tokens[4, found] = follows
        follows = 1
        found += 1
    return found


@njit(cache=True, nogil=True)
def _spellings(cased, tokens):  # type: ignore[no-untyped-def]
    """Rows 7 and 8 of ``tokens``: start and end of every word in the text with its case, which has as many."""
    end, found, at = len(cased), 0, 0
    while at < end:
        if cased[at] <= SPACE:
            at += 1
            continue
        tokens[7, found] = at
        while at < end and cased[at] > SPACE:
            at += 1
        tokens[8, found] = at
        found += 1


@njit(cache=True, nogil=True)
def _phrase_stands(phrase, start, number, tokens, text, arena, pool, bounds):  # type: ignore[no-untyped-def]
    """Whether the words of a phrase stand from word ``start`` on, of ``number`` words."""
    words_of = pool[bounds[PHRASE_WORDS_OF] : bounds[PHRASE_WORDS_OF + 1]]
    words = pool[bounds[PHRASE_WORDS] : bounds[PHRASE_WORDS + 1]]
    prefix_at = pool[bounds[PREFIX_AT] : bounds[PREFIX_AT + 1]]
    opened = pool[bounds[PHRASE_OPEN] + phrase]
    begin, length = words_of[phrase], words_of[phrase + 1] - words_of[phrase]
    if start < 0 or start + length + (opened >= 0) > number:
        return False
    for at in range(length):
        if tokens[5, start + at] != words[begin + at] or (at and not tokens[4, start + at]):
            return False
    if opened < 0:
        return True
    last = start + length
    return tokens[4, last] == 1 and _begins(
        text, tokens[0, last], tokens[1, last], arena, prefix_at[opened], prefix_at[opened + 1]
    )


@njit(cache=True, nogil=True)
def _near(near, now, tokens, placed, heads, pool, bounds):  # type: ignore[no-untyped-def]
    """Whether a word of the left stands near one of the right. Row 6 of ``tokens`` leads to the place before."""
    left_of = pool[bounds[NEAR_LEFT_OF] : bounds[NEAR_LEFT_OF + 1]]
    right_of = pool[bounds[NEAR_RIGHT_OF] : bounds[NEAR_RIGHT_OF + 1]]
    lefts = pool[bounds[NEAR_LEFT] : bounds[NEAR_LEFT + 1]]
    rights = pool[bounds[NEAR_RIGHT] : bounds[NEAR_RIGHT + 1]]
    fields, distance = pool[bounds[NEAR_FIELDS] + near], pool[bounds[NEAR_DISTANCE] + near]
    for one in range(left_of[near], left_of[near + 1]):
        if placed[lefts[one]] != now:
            continue
        for other in range(right_of[near], right_of[near + 1]):
            if placed[rights[other]] != now:
                continue
            here, there = heads[lefts[one]], heads[rights[other]]
            # Both lists of places descend: the farther one steps on, unless the two are close.
            while here >= 0 and there >= 0:
                apart = here - there if here > there else there - here
                if (
                    apart
                    and apart <= distance + 1
                    and tokens[2, here] == tokens[2, there]
                    and fields >> tokens[3, here] & 1
                ):
                    return True
                if here == there:
                    # The same word on both sides: its next place may be near this one, on either side.
                    following = tokens[6, here]
                    if following < 0:
                        break
                    there = following
                elif here > there:
                    here = tokens[6, here]
                else:
                    there = tokens[6, there]
    return False


@njit(cache=True, nogil=True)
def _fulfilled(at, now, programs, stamps, tokens, placed, heads, pool, bounds):  # type: ignore[no-untyped-def]
    """Whether the item has what the alternative asks for whose program begins at ``at``."""
    for _ in range(programs[at]):
        at += 1
        if stamps[programs[at]] != now:
            return False
    at += 1
    for _ in range(programs[at]):
        at += 1
        number, some = programs[at], False
        for offset in range(at + 1, at + 1 + number):
            if stamps[programs[offset]] == now:
                some = True
                break
        if not some:
            return False
        at += number
    at += 1
    for _ in range(programs[at]):
        at += 1
        if stamps[programs[at]] == now:
            return False
    at += 1
    for _ in range(programs[at]):
        at += 1
        if not _near(programs[at], now, tokens, placed, heads, pool, bounds):
            return False
    return True


@njit(cache=True, nogil=True)
def look(  # type: ignore[no-untyped-def]  # noqa: C901 - one loop over words, and one over signs
    text, cased, aligned, extra, now, pool, bounds, keys, key_bounds, arena, homes_of, homes,
    stamps, frequency, placed, placed_in, heads, marks, tokens, seen, out
):  # fmt: skip
    """Which queries an item fulfils: into ``out`` their number times two, plus one where nobody need judge. How many.

    ``text`` are folded words, ``cased`` the same with their case; ``aligned``: both have the same places. ``extra`` are
    signs known to be there. What follows ``homes`` is what this function remembers from item to item, by ``now``.
    """
    word_slots = pool[bounds[WORD_SLOTS] : bounds[WORD_SLOTS + 1]]
    word_at = pool[bounds[WORD_AT] : bounds[WORD_AT + 1]]
    word_signs_of = pool[bounds[WORD_SIGNS_OF] : bounds[WORD_SIGNS_OF + 1]]
    word_signs = pool[bounds[WORD_SIGNS] : bounds[WORD_SIGNS + 1]]
    word_fields = pool[bounds[WORD_FIELDS] : bounds[WORD_FIELDS + 1]]
    flags = pool[bounds[WORD_FLAGS] : bounds[WORD_FLAGS + 1]]
    prefix_slots = pool[bounds[PREFIX_SLOTS] : bounds[PREFIX_SLOTS + 1]]
    prefix_at = pool[bounds[PREFIX_AT] : bounds[PREFIX_AT + 1]]
    prefix_signs_of = pool[bounds[PREFIX_SIGNS_OF] : bounds[PREFIX_SIGNS_OF + 1]]
    prefix_signs = pool[bounds[PREFIX_SIGNS] : bounds[PREFIX_SIGNS + 1]]
    prefix_fields = pool[bounds[PREFIX_FIELDS] : bounds[PREFIX_FIELDS + 1]]
    prefix_lengths = pool[bounds[PREFIX_LENGTHS] : bounds[PREFIX_LENGTHS + 1]]
    cased_of = pool[bounds[CASED_OF] : bounds[CASED_OF + 1]]
    cased_at = pool[bounds[CASED_AT] : bounds[CASED_AT + 1]]
    cased_signs = pool[bounds[CASED_SIGNS] : bounds[CASED_SIGNS + 1]]
    cased_fields = pool[bounds[CASED_FIELDS] : bounds[CASED_FIELDS + 1]]
    pair_slots = pool[bounds[PAIR_SLOTS] : bounds[PAIR_SLOTS + 1]]
    pair_phrases_of = pool[bounds[PAIR_PHRASES_OF] : bounds[PAIR_PHRASES_OF + 1]]
    pair_phrases = pool[bounds[PAIR_PHRASES] : bounds[PAIR_PHRASES + 1]]
    opener_phrases_of = pool[bounds[OPENER_PHRASES_OF] : bounds[OPENER_PHRASES_OF + 1]]
    opener_phrases = pool[bounds[OPENER_PHRASES] : bounds[OPENER_PHRASES + 1]]
    told = pool[bounds[PHRASE_TOLD] : bounds[PHRASE_TOLD + 1]]
    phrase_signs = pool[bounds[PHRASE_SIGNS] : bounds[PHRASE_SIGNS + 1]]
    phrase_fields = pool[bounds[PHRASE_FIELDS] : bounds[PHRASE_FIELDS + 1]]
    groups_of = pool[bounds[GROUPS_OF] : bounds[GROUPS_OF + 1]]
    groups = pool[bounds[GROUPS] : bounds[GROUPS + 1]]
    need_at = pool[bounds[NEED_AT] : bounds[NEED_AT + 1]]
    programs = pool[bounds[NEEDS] : bounds[NEEDS + 1]]
    need_query = pool[bounds[NEED_QUERY] : bounds[NEED_QUERY + 1]]
    need_exact = pool[bounds[NEED_EXACT] : bounds[NEED_EXACT + 1]]
    word_keys = keys[key_bounds[WORD_KEYS] : key_bounds[WORD_KEYS + 1]]
    prefix_keys = keys[key_bounds[PREFIX_KEYS] : key_bounds[PREFIX_KEYS + 1]]
    pair_keys = keys[key_bounds[PAIR_KEYS] : key_bounds[PAIR_KEYS + 1]]

    count = 0
    for at in range(len(extra)):
        count = _see(extra[at], now, stamps, seen, count, groups_of, groups)
    number = _split(text, tokens)
    if not aligned:
        _spellings(cased, tokens)

    for at in range(number):
        start, end, field = tokens[0, at], tokens[1, at], tokens[3, at]
        key = _SEED
        for offset in range(start, end):
            key = (key ^ np.uint64(text[offset])) * _PRIME
            length = offset - start + 1
            if length < len(prefix_lengths) and prefix_lengths[length]:
                prefix = _number(key, prefix_slots, prefix_keys, arena, prefix_at, text, start, offset + 1)
                if prefix >= 0:
                    for place in range(prefix_signs_of[prefix], prefix_signs_of[prefix + 1]):
                        if prefix_fields[place] >> field & 1:
                            count = _see(prefix_signs[place], now, stamps, seen, count, groups_of, groups)
        word = _number(key, word_slots, word_keys, arena, word_at, text, start, end)
        tokens[5, at] = word
        if word < 0:
            continue
        if placed[word] != now:
            placed[word] = now
            placed_in[word] = 0
            heads[word] = -1
        tokens[6, at] = heads[word]
        heads[word] = at
        if not placed_in[word] >> field & 1:
            placed_in[word] |= 1 << field
            for place in range(word_signs_of[word], word_signs_of[word + 1]):
                if word_fields[place] >> field & 1:
                    count = _see(word_signs[place], now, stamps, seen, count, groups_of, groups)
        if flags[word] & CASED:
            row = 0 if aligned else 7
            for place in range(cased_of[word], cased_of[word + 1]):
                begin, stop = cased_at[place], cased_at[place + 1]
                same = tokens[row + 1, at] - tokens[row, at] == stop - begin and cased_fields[place] >> field & 1
                if same and _begins(cased, tokens[row, at], tokens[row + 1, at], arena, begin, stop):
                    count = _see(cased_signs[place], now, stamps, seen, count, groups_of, groups)

    for at in range(number):
        word = tokens[5, at]
        if word < 0 or not flags[word] & (FIRST_OF_PAIR | OPENS):
            continue
        if flags[word] & OPENS:
            for place in range(opener_phrases_of[word], opener_phrases_of[word + 1]):
                phrase = opener_phrases[place]
                if phrase_fields[phrase] >> tokens[3, at] & 1 and stamps[phrase_signs[phrase]] != now:
                    if _phrase_stands(phrase, at, number, tokens, text, arena, pool, bounds):
                        count = _see(phrase_signs[phrase], now, stamps, seen, count, groups_of, groups)
        if at + 1 == number or not tokens[4, at + 1] or tokens[5, at + 1] < 0:
            continue
        if flags[word] & FIRST_OF_PAIR and flags[tokens[5, at + 1]] & SECOND_OF_PAIR:
            pair = _pair_number(np.uint64(word) << _SHIFT | np.uint64(tokens[5, at + 1]), pair_slots, pair_keys)
            if pair < 0:
                continue
            for place in range(pair_phrases_of[pair], pair_phrases_of[pair + 1]):
                phrase = pair_phrases[place]
                if phrase_fields[phrase] >> tokens[3, at] & 1 and stamps[phrase_signs[phrase]] != now:
                    if _phrase_stands(phrase, at - told[phrase], number, tokens, text, arena, pool, bounds):
                        count = _see(phrase_signs[phrase], now, stamps, seen, count, groups_of, groups)

    found = 0
    for at in range(count):
        sign = seen[at]
        frequency[sign] += 1
        for home in range(homes_of[sign], homes_of[sign + 1]):
            second = homes[0, home]
            if second >= 0 and stamps[second] != now:
                continue
            need = homes[1, home]
            query, exact = need_query[need], need_exact[need]
            if marks[query] >= 2 * now + exact:
                continue
            if _fulfilled(need_at[need], now, programs, stamps, tokens, placed, heads, pool, bounds):
                if marks[query] < 2 * now:
                    out[found] = query
                    found += 1
                marks[query] = 2 * now + exact
    for at in range(found):
        out[at] = 2 * out[at] + (marks[out[at]] & 1)
    return found


@njit(cache=True, nogil=True)
def _cost(sign, frequency, uses):  # type: ignore[no-untyped-def]
    """How many items have a sign, as far as known; of those unseen, how many queries ask for it."""
    return frequency[sign] * 1_000_000_000 + uses[sign]


@njit(cache=True, nogil=True)
def settle(pool, bounds, frequency, out):  # type: ignore[no-untyped-def]
    """Under which signs every alternative lies: rows of ``out`` are the sign, the second sign or -1, the alternative.
    How many; ``out`` may be without columns to learn that.

    An alternative lies under its rarest sign, or under each of a group of which one is needed, if that is rarer.
    """
    need_at = pool[bounds[NEED_AT] : bounds[NEED_AT + 1]]
    programs = pool[bounds[NEEDS] : bounds[NEEDS + 1]]
    uses = pool[bounds[SIGN_USES] : bounds[SIGN_USES + 1]]
    found, room = 0, out.shape[1]
    for need in range(len(need_at)):
        at = need_at[need]
        first, second = -1, -1
        for place in range(at + 1, at + 1 + programs[at]):
            sign = programs[place]
            if first < 0 or _cost(sign, frequency, uses) < _cost(first, frequency, uses):
                first, second = sign, first
            elif second < 0 or _cost(sign, frequency, uses) < _cost(second, frequency, uses):
                second = sign
        at += programs[at] + 1
        group, least = -1, _cost(first, frequency, uses) if first >= 0 else -1
        place = at + 1
        for _ in range(programs[at]):
            total = 0
            for offset in range(place + 1, place + 1 + programs[place]):
                total += _cost(programs[offset], frequency, uses)
            if least < 0 or total < least:
                group, least = place, total
            place += programs[place] + 1
        if group >= 0:
            for offset in range(group + 1, group + 1 + programs[group]):
                if found < room:
                    out[0, found], out[1, found], out[2, found] = programs[offset], first, need
                found += 1
        elif first >= 0:
            if found < room:
                out[0, found], out[1, found], out[2, found] = first, second, need
            found += 1
    return found
