"""The dateline at the head of a report and the credit at its foot: they become place and credit, and leave the text.

A false dateline costs a word of the report, so every form needs proof: capitals, a date, the name of an agency, or a
place that is known. What proves nothing stays in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.reading.calendar_words import MONTH, fold, visible
from crawler.reading.dates import find_date
from crawler.reading.moments import ReadDate
from crawler.reading.places import is_place
from crawler.reading.plain import words

_HEAD = 260  # characters of the first paragraph that are looked at

_MD = (
    rf"(?:{MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s*\d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{MONTH})\.?(?:,?\s*\d{{4}})?"
)
_LETTER = r"[\u0620-\u064A\u066E-\u06D3\u06D5\u06EE\u06EF\u06FA-\u06FF]"  # of Arabic script: no digits, no stops
_ENGLISH = re.compile(
    r"^[\W_]{0,3}(?P<place>[A-Z][A-Za-z.'’]*(?:(?: / |[ /-])[A-Z][A-Za-z.'’]*){0,4}"
    rf"(?:,\s(?!(?i:{MONTH})\b)(?:[A-Z][a-z]+|[A-Z]\.[A-Z]\.))?)"
    rf"(?P<comma>\s*,)?(?:\s*(?P<md>(?i:{_MD}))\s*,?)?"
    r"(?P<early>\s*:)?(?:\s*\((?P<credit>[^()]{2,90})\))?"
    r"(?P<end>\s*:|\s+(?:-{1,2}|[–—])\s*|\s*(?:--|[–—])\s+)?\s*"
)
_URDU = re.compile(
    rf"^[\W_]{{0,3}}(?P<place>{_LETTER}+(?:[ /]{{1,3}}{_LETTER}+){{0,3}}?)"
    rf"(?=\s*(?:[۔.,،]?\s*[:：]|[۔\-–—]\s|\(|\d{{1,2}}\s+{MONTH}))\s*(?P<stop>[۔.,،]?\s*[:：]|[۔\-–—](?=\s))?\s*"
    rf"(?:(?P<md>\d{{1,2}}\s+{MONTH}(?:\s*\d{{4}}\s*ء?)?)\s*)?(?:\((?P<credit>[^()]{{2,60}})\))?\s*(?P<end>[:：۔\-–—]+)?\s*"
)
_JAPANESE = re.compile(r"^【(?P<place>[^】=＝]{1,20})[=＝](?P<credit>[^】]{1,30})】\s*")
_JAPANESE_JOINED = re.compile(
    r"^【(?P<place>[^】=＝]{1,12}?)(?P<credit>共同|時事|ロイター(?:時事)?|(?:AFP|AP|新華社|聯合)(?:時事|共同)?)】\s*"
)
_JAPANESE_FROM = re.compile(r"^(?P<place>[\u30a0-\u30ff・\u4e00-\u9fff]{2,15})発\s*[:：]?\s*$")
_JAPANESE_COUNTRIES = re.compile(r"^[（(](?P<place>[\u30a0-\u30ff・\u4e00-\u9fff、,ー ]{2,60})[)）]\s*$")

_AGENCY = re.compile(
    r"\b(?:APP|AFP|AP|INP|PPI|NNI|ANI|PTI|IANS|MENAFN|DPA|WAM|KUNA|IRNA|TASS|UPI|OC|UrduPoint|Online|Reuters"
    r"|Xinhua|Kyodo|Jiji"
    r"|Bloomberg|Sputnik|Anadolu|News|Press|Agenc(?:y|ies)|Reporter|Correspondent|Desk|Report|Monitoring|Bureau"
    r"|Staff|Wire"
    r"|Web|Media)\b",
    re.IGNORECASE,
)
_URDU_AGENCY = re.compile(
    r"اے پی پی|این این آئی|آئی این پی|پی پی آئی|اے ایف پی|آن ?لائن|رائٹرز|ثنا|اردو ?پوائنٹ|ڈیسک|رپورٹ|نمائند"
    r"|نامہ نگار|بیورو|نیوز"
    r"|ایجنسی|خبر|سٹاف|اسٹاف|مانیٹرنگ|ویب|پ ر\b|وقائع نگار|کامرس|خصوصی"
)
_NOT_PLACES = words(
    "WATCH LISTEN UPDATE UPDATED EXCLUSIVE LIVE BREAKING OPINION EDITORIAL PHOTO PHOTOS VIDEO EXPLAINER ANALYSIS "
    "COMMENT "
    "REVIEW INTERVIEW SPECIAL PROFILE TIMELINE FACT FACTBOX CORRECTION NOTE EDITOR READ MORE ALSO QUESTION "
    "ANSWER DISCLAIMER "
    "SUMMARY HIGHLIGHTS WARNING ALERT PRESS RELEASE REPORT FEATURE BUSINESS SPORTS WORLD NATIONAL POLL QUIZ "
    "PODCAST SOURCE "
    "TITLE DATE AUTHOR TAGS "
    # acronyms that can be spoken like a name
    "NATO OPEC ASEAN SAARC FIFA UEFA NASA INTERPOL UNICEF UNESCO IAEA ICAO NEPRA PEMRA OGRA NADRA WAPDA SUPARCO PAMA "
    "PAAPAM AIDEP JETRO JICA METI TDAP SIFC FPCCI KCCI LCCI ICCI SECP NHMP PIAC TOYOTA HONDA SUZUKI NISSAN MAZDA"
)
_BROKEN_UP = re.compile(r"^[BCDFGHJKLMNPQRSTVWXZ]{3}|[BCDFGHJKLMNPQRSTVWXZ]{4}")


@dataclass(frozen=True, slots=True)
class Dateline:
    """What stood before the report, and the report without it."""

    rest: str
    place: str | None = None
    credit: str | None = None
    date: ReadDate | None = None


def split_dateline(text: str) -> Dateline:
    """Take a dateline off the head of a paragraph (or of a whole text, whose further lines stay as they are)."""
    head = visible(text[:_HEAD]).split("\n", 1)[0].replace("\xa0", " ")
    for reader in (_english, _urdu, _japanese, _placeless):
        if (found := reader(head)) is not None:
            taken, line = found
            return Dateline(_without(text, head, taken), line.place, line.credit, line.date)
    return Dateline(text)


def _without(text: str, head: str, taken: int) -> str:
    """The text after the first ``taken`` visible characters."""
    return (head[taken:] + text[_visible_end(text, len(head)) :]).lstrip(" \n:،,")


def _visible_end(text: str, length: int) -> int:
    """Where in ``text`` the first ``length`` visible characters end."""
    seen = 0
    for index, letter in enumerate(text):
        if seen == length:
            return index
        seen += len(visible(letter))
    return len(text)


def _english(head: str) -> tuple[int, Dateline] | None:
    found = _ENGLISH.match(head)
    if not found:
        return None
    place, credit = found["place"].strip(" -"), found["credit"]
    place = place.rstrip(".") if place.count(".") == 1 else place
    ended = bool(found["end"] or found["early"])
    capital = _is_capital(place)
    if credit and _spells_out(place, credit):
        return None
    dated = bool(found["md"]) or bool(credit and find_date(credit))
    agency = bool(credit and _AGENCY.search(credit))
    if not _proven(place, capital, ended, bool(credit), dated, agency, bool(found["comma"])):
        return None
    name, date = _credit(credit)
    if date is None and found["md"]:
        date = find_date(found["md"])
    return found.end(), Dateline("", place, name, date)


def _proven(place: str, capital: bool, ended: bool, credit: bool, dated: bool, agency: bool, comma: bool) -> bool:
    """Is this a dateline? The comments show the barest text each line accepts."""
    known = is_place(place)
    if re.split(r"[\s/]", place, maxsplit=1)[0].upper() in _NOT_PLACES:
        return False
    if credit and (capital or known):
        return ended or comma or dated or agency  # KARACHI (Name): …, KARACHI, (Name) …, KARACHI (APP) …
    if credit:
        return agency and (ended or comma or dated)  # Sialkot City (APP): …
    if dated:
        return ended and (capital or known)  # KARACHI, Aug 6: …
    return ended and (known or (capital and len(place.split("/", maxsplit=1)[0]) >= 4))  # Islamabad : …, LAHOERE: …


def _is_capital(place: str) -> bool:
    """Is the place (the first of several) written in capitals, and can it be a name rather than an acronym?"""
    first = re.split(r"[/,]", place)[0].strip()
    letters = re.sub(r"[^A-Za-z]", "", first)
    return len(letters) >= 3 and letters.isupper() and "." not in first[:-1] and not _BROKEN_UP.search(letters)


def _spells_out(place: str, credit: str) -> bool:
    """Does the parenthesis only spell out an acronym, as in "METI (Ministry of Economy, Trade and Industry)"?"""
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", credit) if word[0].isupper())
    return len(initials) > 1 and re.sub(r"\W", "", place).upper() in (initials, initials.replace("T", ""))


def _credit(written: str | None) -> tuple[str | None, ReadDate | None]:
    """("Agency / Agency", its date) of "Agency / Agency - 15th Aug, 2025"."""
    if not written:
        return None, None
    written = visible(written)
    date = find_date(written)
    if date:
        written = written[: date.start] + (written[date.end :] if date.start == 0 else "")
    return written.strip(" \t-–—,;:|/۔،") or None, date


def _urdu(head: str) -> tuple[int, Dateline] | None:
    found = _URDU.match(head)
    if not found:
        return None
    place, credit = found["place"].strip(), found["credit"]
    known = is_place(place)
    marked = bool(found["stop"] or found["end"])
    agency = bool(credit and _URDU_AGENCY.search(fold(credit)))
    dated = bool(found["md"] or (credit and find_date(credit)))
    if credit:
        proven = known or dated or (agency and len(place.split()) <= 3 and (marked or len(credit) > 4))
    else:
        proven = known and marked
    if not proven:
        return None
    name, date = _credit(credit)
    return found.end(), Dateline("", place, name, date or (find_date(found["md"]) if found["md"] else None))


def _japanese(head: str) -> tuple[int, Dateline] | None:
    if found := _JAPANESE.match(head) or _JAPANESE_JOINED.match(head):
        return found.end(), Dateline("", found["place"].strip(), found["credit"].strip())
    if found := _JAPANESE_FROM.match(head) or _JAPANESE_COUNTRIES.match(head):
        return found.end(), Dateline("", found["place"].strip())
    return None


_CREDIT_ALONE = re.compile(r"^\((?P<credit>[^()]{5,90})\)\s*[:\-–—]?\s*")
_DATE_ALONE = re.compile(rf"^(?P<md>(?i:{_MD}))\s*\((?P<credit>[A-Z]{{2,6}})\)\s*:\s*")


def _placeless(head: str) -> tuple[int, Dateline] | None:
    """ "(Agency-July 21st, 2026)" and "August 15, 2025 (MLN):": a credit with its date, and no place."""
    if found := _DATE_ALONE.match(head):
        return found.end(), Dateline("", None, found["credit"], find_date(found["md"]))
    found = _CREDIT_ALONE.match(head)
    if not found or not (_AGENCY.search(found["credit"]) or _URDU_AGENCY.search(fold(found["credit"]))):
        return None
    name, date = _credit(found["credit"])
    return (found.end(), Dateline("", None, name, date)) if name and date else None


_TAIL_CREDIT = re.compile(
    r"(?:^|(?<=[.!?”\"’)۔]))\s*(?:[—–-]{1,3}\s*\(?|\()(?P<credit>[A-Z][A-Za-z/ .&]{1,30}"
    r"|[\u0600-\u06FF ]{3,20})\)?\s*\.?$"
)
_ACRONYM_ALONE = re.compile(r"^(?:[—–-]{1,3}\s*\(?|\()(?P<credit>[A-Z]{2,6})\)?\s*\.?$")
_COPYRIGHT = re.compile(
    r"^(?:copyright|©|\(c\)|all rights reserved)\W{0,4}(?:(?P<credit>[A-Z]{2,6})\s*\((?P<long>[^()]{3,60})\))?",
    re.IGNORECASE,
)


def is_tail_credit(paragraph: str) -> bool:
    """Is this line nothing but the credit under a report?"""
    rest, credit = split_tail_credit(paragraph)
    return not rest and credit is not None


def split_tail_credit(paragraph: str) -> tuple[str, str | None]:
    """(the last paragraph without "—APP" or "Copyright APP (…), 2018", the credit); "" when nothing else was there."""
    if len(paragraph) < 200 and (found := _COPYRIGHT.match(paragraph)):
        return "", found["credit"]
    if found := _ACRONYM_ALONE.match(paragraph):
        return "", found["credit"]
    found = _TAIL_CREDIT.search(paragraph, max(0, len(paragraph) - 45))
    if not found:
        return paragraph, None
    credit = found["credit"].strip(" .")
    if not (_AGENCY.search(credit) or _URDU_AGENCY.search(credit)):
        return paragraph, None
    return paragraph[: found.start()].rstrip(), credit
