"""From the letters of a text to its words, with their places: what ``query.words`` asks when the places matter, or the
text is not simple.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate

import regex

from query.letters import Normal, is_character, is_katakana, normal_form

# Written without a space these are read as the sign of a currency, which parts words: Rs1,895 is Rs 1,895.
_CURRENCIES = "rs|pkr|usd|eur|gbp|jpy|inr|cny|rmb|aed|sar"

# No possessive groups, `(…)*+`: Python before 3.11.5 takes the last letter of their match away (gh-106052).
_TEMPLATE = r"""
  (?P<abbreviation> %(letter)s (?:\. %(letter)s)+ (?!%(word)s) )   (?:\.?'[sS](?!%(word)s))?
| (?P<run>          (?:%(bare)s)+ )                                (?:'[sS](?!%(word)s))?
| (?P<character>    %(character)s )                                (?:'[sS](?!%(word)s))?
| (?P<currency>     (?:%(currency)s) (?=[0-9]) )
| (?P<amount>       [0-9]++ (?:[.,][0-9]++)* (?=(?:%(currency)s)(?!%(word)s)) )
| (?P<word>         %(word)s++ (?: '(?![sS](?!%(word)s))%(word)s++ | (?<=[0-9])[.,](?=[0-9])%(word)s++ )* )
                                                                   (?:'[sS](?!%(word)s))?
"""
_CURRENCY = "|".join("".join(f"[{c}{c.upper()}]" for c in code) for code in _CURRENCIES.split("|"))

# The kinds of letters that matter here, as signs that ``re`` finds fast.
_LETTER, _MARK, _CHARACTER = "\u00e9", "\u0301", "\u4e00"
_IS_MARK = regex.compile(r"\p{M}")
_IS_LETTER = regex.compile(r"[\p{L}\p{Nl}]")
_WORDS = re.compile(
    _TEMPLATE
    % {
        "letter": f"(?:[A-Za-z{_LETTER}]{_MARK}*)",
        "word": f"[A-Za-z0-9{_LETTER}{_MARK}]",
        "character": f"{_CHARACTER}{_MARK}*",
        "bare": f"{_CHARACTER}(?!{_MARK})",
        "currency": _CURRENCY,
    },
    re.VERBOSE,
)


class _Kinds(dict[int, str]):
    """Non-ASCII code points of a normal form -> the sign of their kind; filled as they are met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if is_character(letter):
            self[code] = _CHARACTER
        elif _IS_MARK.match(letter):
            self[code] = _MARK
        else:
            self[code] = _LETTER if _IS_LETTER.match(letter) and code >= 128 else letter
        return self[code]


_KINDS = _Kinds()

# Between others of these signs words do not depend on what is around them.
_CHUNK = re.compile("([A-Za-z0-9_]+(?:[.,']+[A-Za-z0-9_]+)*)".replace("_", _LETTER + _MARK))
_KATAKANA = re.compile("[\u30a1-\u30ff\u31f0-\u31ff]+")
_PARAGRAPHS = re.compile(r"[^\n\r\v\f]+")
_NOT_SPACE = re.compile(r"\S")
_DROPPED = {
    "abbreviation": str.maketrans("", "", "."),
    "word": str.maketrans("", "", "',"),
    "amount": str.maketrans("", "", ","),
}

PARTED = 1  # punctuation stands between two Han or Kana characters
PARAGRAPH = 2  # a new paragraph begins
RUN_STARTS, RUN_ENDS = "<", ">"


@dataclass(slots=True)
class Listed:
    """The columns of an analysis, as they are filled."""

    tokens: list[str] = field(default_factory=list)
    cased: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    paragraphs: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)


def read(text: str) -> Listed:
    """The words of a text. Linear in time; never raises."""
    normal = normal_form(text)
    found = Listed()
    kinds = normal.text if normal.text.isascii() else normal.text.translate(_KINDS)
    note = _read_paragraph if _CHARACTER in kinds else _read_chunks
    paragraph = -1
    for stretch in _PARAGRAPHS.finditer(normal.text):
        before = len(found.tokens)
        note(found, normal, kinds, stretch.span())
        if len(found.tokens) > before:
            paragraph += 1
            found.gaps[before] = PARAGRAPH
            found.paragraphs.extend([paragraph] * (len(found.tokens) - before))
    return found


def _read_chunks(found: Listed, normal: Normal, kinds: str, span: tuple[int, int]) -> None:
    """A paragraph without Han and Kana: most of what stands between its signs is letters or digits alone, words as they
    are; the others are read one by one."""
    text, origins, limits = normal
    pieces = _CHUNK.split(kinds[slice(*span)])
    bounds = list(accumulate(map(len, pieces), initial=span[0]))
    chunks, starts, ends = pieces[1::2], bounds[1:-1:2], bounds[2::2]
    cased = chunks if kinds is text else [text[start:end] for start, end in zip(starts, ends, strict=True)]
    tokens = list(map(str.casefold, cased))
    done = 0
    odd = [at for at, chunk in enumerate(chunks) if not chunk.isalpha() and not chunk.isdigit()]
    for at in (*odd, len(chunks)):
        found.tokens += tokens[done:at]
        found.cased += cased[done:at]
        found.starts += starts[done:at] if origins is None else map(origins.__getitem__, starts[done:at])
        found.ends += ends[done:at] if limits is None else [limits[end - 1] for end in ends[done:at]]
        found.gaps += [0] * (at - done)
        if at < len(chunks):
            _read_paragraph(found, normal, kinds, (starts[at], ends[at]))
        done = at + 1


def _read_paragraph(found: Listed, normal: Normal, kinds: str, span: tuple[int, int]) -> None:
    text, origins, limits = normal
    last_end = -1  # of the Han or Kana character just before, else -1
    for match in _WORDS.finditer(kinds, *span):
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        form = text[start:end]
        if kind == "run":
            _note_run(found, form, text[last_end:start] if last_end >= 0 else None)
            found.starts += range(start, end) if origins is None else origins[start:end]
            found.ends += range(start + 1, end + 1) if limits is None else limits[start:end]
            last_end = end
            continue
        if kind in _DROPPED and not form.isalnum():
            form = form.translate(_DROPPED[kind])
        gap = 0
        if kind == "character":
            gap = _note_character(found, form, text[last_end:start] if last_end >= 0 else None)
            last_end = end
        else:
            found.cased.append(form)
            last_end = -1
        found.gaps.append(gap)
        found.tokens.append(form.casefold())
        found.starts.append(start if origins is None else origins[start])
        found.ends.append(end if limits is None else limits[end - 1])


def _note_run(found: Listed, run: str, between: str | None) -> None:
    """Adds the tokens, cased forms and gaps of Han or Kana characters without marks; no case is known of them.
    ``between`` as for one character."""
    found.gaps.append(_note_character(found, run[0], between))
    found.gaps += [0] * (len(run) - 1)
    found.tokens += run
    if len(run) == 1:
        return
    cased = list(run)
    for katakana in _KATAKANA.finditer(run):
        cased[katakana.start()] = RUN_STARTS + cased[katakana.start()]
        cased[katakana.end() - 1] += RUN_ENDS
    if is_katakana(run[0]):
        first = found.cased[-1].removesuffix(RUN_ENDS)  # perhaps it goes on with a run before
        cased[0] = first + RUN_ENDS * cased[0].endswith(RUN_ENDS)
    found.cased[-1:] = cased


def _note_character(found: Listed, form: str, between: str | None) -> int:
    """Adds the cased form of a Han or Kana character; returns the gap before it. ``between`` is what stands between
    it and a Han or Kana character before, None if there is none."""
    if is_katakana(form[0]):
        if between == "" and found.cased[-1].endswith(RUN_ENDS):
            found.cased[-1] = found.cased[-1][:-1]
            found.cased.append(form + RUN_ENDS)
        else:
            found.cased.append(RUN_STARTS + form + RUN_ENDS)
    else:
        found.cased.append(form)
    return PARTED if between and _NOT_SPACE.search(between) else 0
