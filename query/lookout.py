"""Which of many signs an item has: all words, beginnings, phrases and values that many queries ask for, in one go.

A sign is known by a number. The cost of an item is that of its words, nearly whatever the number of signs: words and
pairs of words are looked up, phrases are compared only where their most telling pair stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count, pairwise
from typing import TypeAlias, TypeVar

from query.document import Document
from query.needs import AnySign, CasedSign, Fields, PhraseSign, PrefixSign, Sign, ValueSign, WordSign

MOST_KNOWN = 200_000  # words whose signs are remembered

Numbers: TypeAlias = tuple[int, ...]
TextSign: TypeAlias = WordSign | PrefixSign | CasedSign | PhraseSign
Pair: TypeAlias = tuple[str, str]
_K = TypeVar("_K")


class Lookout:
    """The signs looked for. ``watch`` and ``forget`` count, so that a sign goes when nobody asks for it any more."""

    def __init__(self) -> None:
        self._fresh = count(1)
        self._numbers: dict[Sign, int] = {}
        self._uses: Counter[int] = Counter()
        self._groups: dict[int, Numbers] = {}  # sign -> the AnySigns it is one of
        self._texts: dict[Fields, _Texts] = {}
        self._values: dict[str, _Values] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def watch(self, sign: Sign) -> int:
        """The number of a sign, which is looked for from now on."""
        number = self._numbers.get(sign)
        if number is None:
            number = self._numbers[sign] = next(self._fresh)
            if isinstance(sign, AnySign):
                for each in sign.signs:
                    _add(self._groups, self.watch(each), number)
                self._forget_known()
            else:
                self._change(sign, number, _Texts.add, _Values.add)
        self._uses[number] += 1
        return number

    def number(self, sign: Sign) -> int:
        """The number of a sign that is watched."""
        return self._numbers[sign]

    def uses(self, number: int) -> int:
        """How often the sign is asked for."""
        return self._uses[number]

    def forget(self, sign: Sign) -> None:
        """Undo one ``watch``."""
        number = self._numbers[sign]
        self._uses[number] -= 1
        if self._uses[number]:
            return
        del self._uses[number], self._numbers[sign]
        if isinstance(sign, AnySign):
            for each in sign.signs:
                _drop(self._groups, self._numbers[each], number)
                self.forget(each)
            self._forget_known()
        else:
            self._change(sign, number, _Texts.drop, _Values.drop)

    def seen(self, document: Document) -> set[int]:
        """The numbers of all signs that the item has."""
        found: set[int] = set()
        for fields, texts in self._texts.items():
            texts.see(document, fields, found)
        for name, values in self._values.items():
            values.see(document.whole(name)[0], found)
        return found

    def _change(
        self,
        sign: TextSign | ValueSign,
        number: int,
        texts: Callable[[_Texts, TextSign, int], None],
        values: Callable[[_Values, ValueSign, int], None],
    ) -> None:
        if isinstance(sign, ValueSign):
            values(self._values.setdefault(sign.field, _Values(self._groups)), sign, number)
        else:
            texts(self._texts.setdefault(sign.fields, _Texts(self._groups)), sign, number)

    def _forget_known(self) -> None:
        for texts in self._texts.values():
            texts.known.clear()


def _add(table: dict[_K, Numbers], key: _K, number: int) -> None:
    table[key] = (*table.get(key, ()), number)


def _drop(table: dict[_K, Numbers], key: _K, number: int) -> None:
    left = tuple(each for each in table[key] if each != number)
    if left:
        table[key] = left
    else:
        del table[key]


class _Known(dict[str, Numbers]):
    """Word -> all signs it is alone, as words are met: so a word met again is looked up once, not once a length."""

    def __init__(self, texts: _Texts) -> None:
        self._texts = texts

    def __missing__(self, token: str) -> Numbers:
        if len(self) > MOST_KNOWN:
            self.clear()
        self[token] = found = self._texts.signs_of(token)
        return found


class _Texts:
    """The words, beginnings and phrases looked for in some fields."""

    def __init__(self, groups: dict[int, Numbers]) -> None:
        self.known = _Known(self)
        self._groups = groups
        self._words: dict[str, Numbers] = {}
        self._prefixes: dict[str, Numbers] = {}
        self._lengths: Counter[int] = Counter()  # of prefixes
        self._cased: dict[str, Numbers] = {}
        self._spellings: dict[int, str] = {}
        self._pairs: dict[Pair, Numbers] = {}
        self._openers: dict[str, Numbers] = {}  # first words of two of which the second is only a beginning
        self._longer: dict[int, str] = {}  # what must stand in the text where its pair or first word does

    def add(self, sign: TextSign, number: int) -> None:
        """Look for the sign."""
        match sign:
            case WordSign(_, forms):
                for form in forms:
                    _add(self._words, form, number)
                    self.known.pop(form, None)
            case PrefixSign(_, prefix):
                _add(self._prefixes, prefix, number)
                self._lengths[len(prefix)] += 1
                self.known.clear()
            case CasedSign(_, form, cased):
                _add(self._cased, form, number)
                self._spellings[number] = cased
            case PhraseSign(_, tokens, opened):
                if len(tokens) > 2 or opened:
                    self._longer[number] = f" {' '.join(tokens)}{'' if opened else ' '}"
                if len(tokens) == 2 and opened:
                    _add(self._openers, tokens[0], number)
                else:
                    _add(self._pairs, telling_pair(sign), number)

    def drop(self, sign: TextSign, number: int) -> None:
        """Look for it no more."""
        match sign:
            case WordSign(_, forms):
                for form in forms:
                    _drop(self._words, form, number)
                    self.known.pop(form, None)
            case PrefixSign(_, prefix):
                _drop(self._prefixes, prefix, number)
                self._lengths -= Counter((len(prefix),))
                self.known.clear()
            case CasedSign(_, form, _):
                _drop(self._cased, form, number)
                del self._spellings[number]
            case PhraseSign(_, tokens, opened):
                self._longer.pop(number, None)
                if len(tokens) == 2 and opened:
                    _drop(self._openers, tokens[0], number)
                else:
                    _drop(self._pairs, telling_pair(sign), number)

    def signs_of(self, token: str) -> Numbers:
        """The signs of one word, and the groups these are in."""
        found = [*self._words.get(token, ())]
        for length in self._lengths:
            if length <= len(token):
                found += self._prefixes.get(token[:length], ())
        for number in [*found]:
            found += self._groups.get(number, ())
        return tuple(found)

    def see(self, document: Document, fields: Fields, found: set[int]) -> None:
        """Add the signs that the fields of an item have."""
        stream, words = document.stream(fields), document.tokens(fields)
        if not stream:
            return
        found.update(*filter(None, map(self.known.__getitem__, words)))
        phrases: list[int] = []
        for pair in self._pairs.keys() & pairwise(stream):
            phrases += self._pairs[pair]
        for word in self._openers.keys() & words:
            phrases += self._openers[word]
        if phrases:
            self._confirm(phrases, stream, found)
        for form in self._cased.keys() & words:
            spellings = _spellings(document, fields, form)
            for number in self._cased[form]:
                if self._spellings[number] in spellings:
                    found.add(number)
                    found.update(self._groups.get(number, ()))

    def _confirm(self, phrases: list[int], stream: Sequence[str], found: set[int]) -> None:
        text = ""
        for number in phrases:
            if longer := self._longer.get(number):
                text = text or f" {' '.join(stream)} "
                if longer not in text:
                    continue
            found.add(number)
            if number in self._groups:
                found.update(self._groups[number])


def _spellings(document: Document, fields: Fields, form: str) -> set[str]:
    """How a word of some fields is written."""
    analyses = [document.analysis(field) for field in fields]
    return {words.cased[at] for words in analyses for at in words.positions(form)}


def telling_pair(sign: PhraseSign) -> Pair:
    """The neighbours by which a phrase is noticed: the longest whole words, which are the rarest as a rule."""
    tokens = sign.tokens[:-1] if sign.open else sign.tokens
    return max(pairwise(tokens), key=lambda pair: len(pair[0]) + len(pair[1]))


class _Values:
    """The whole values looked for in one field."""

    def __init__(self, groups: dict[int, Numbers]) -> None:
        self._groups = groups
        self._values: dict[str, Numbers] = {}
        self._prefixes: dict[str, Numbers] = {}
        self._lengths: Counter[int] = Counter()

    def add(self, sign: ValueSign, number: int) -> None:
        """Look for the value."""
        for value in sign.values:
            _add(self._values, value, number)
        if sign.prefix is not None:
            _add(self._prefixes, sign.prefix, number)
            self._lengths[len(sign.prefix)] += 1

    def drop(self, sign: ValueSign, number: int) -> None:
        """Look for it no more."""
        for value in sign.values:
            _drop(self._values, value, number)
        if sign.prefix is not None:
            _drop(self._prefixes, sign.prefix, number)
            self._lengths -= Counter((len(sign.prefix),))

    def see(self, value: str, found: set[int]) -> None:
        """Add the signs that a field's value has."""
        numbers = [*self._values.get(value, ())]
        for length in self._lengths:
            if length <= len(value):
                numbers += self._prefixes.get(value[:length], ())
        for number in numbers:
            found.add(number)
            found.update(self._groups.get(number, ()))
