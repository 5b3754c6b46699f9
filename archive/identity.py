"""What identifies an item from outside: its URL in all its forms, its guid, its number at the outlet. Values only.

An item has one id, minted once; *keys* point to it. Two pages are never taken for one on a guess: only what is known
not to change the page is dropped from a URL (trackers, ``www.``, AMP and print forms), the rest of the query stays.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from archive.document import storable

# Parameters that name the way a reader came, never the page. Read off links of feeds, newsletters and social sites.
_TRACKERS = re.compile(
    r"(utm_|pk_|mtm_|hsa_|itm_|ns_|trk_|stm_|mc_[ce]id|at_(medium|campaign|custom)|guce_|oly_|vero_|soc_|_hs|__hs|__twitter).*"
    r"|(fb|g|d|msc|y|ysc|twc|ttc|rb_)clid|clickid|gclsrc|gbraid|wbraid|igshi?d?|li_fat_id|epik|s_kwcid|mkt_tok|hsctatracking"
    r"|wickedid|_g[al]|_openstat|ocid|ncid|s_cid|cmp|cmpid|icid|ito|xtor|echobox|ftag|guccounter|srnd|smid|smtyp|spm"
    r"|phpsessid|jsessionid|aspsessionid|sessionid"
)
# Parameters that track only with these values: ?ref=42 may well name a page.
_CHANNELS = re.compile(r"rss|feed|rssfeed|atom|twitter|facebook|fb|whatsapp|telegram|share|newsletter|email|google")
_CHANNEL_NAMES = frozenset({"ref", "source", "src", "from", "via", "share", "s", "fb_ref", "feature"})
# The same article for a telephone or the printer.
_TWIN_HOSTS = ("www.", "amp.", "m.", "mobile.")
_TWIN_PARAMETERS = {
    "amp": {"", "1", "true"},
    "outputtype": {"amp"},
    "output": {"amp"},
    "print": {"", "1", "true", "print"},
    "printable": {"", "1", "yes", "true"},
    "view": {"print"},
    "mode": {"print", "amp"},
    "format": {"amp", "print"},
    "m": {"1"},
}
_TWIN_SEGMENTS = frozenset({"amp", "print", "amphtml"})
# Copies of AMP pages at a search engine: the page's own address stands in the path.
_CACHED = re.compile(
    r"(?:[^/]+\.cdn\.ampproject\.org/[acrv]/(?:s/)?|(?:www\.)?google\.[a-z.]{2,6}/amp/(?:s/)?)(?P<page>[^/]+\.[^/]+/.+)"
)
_UNRESERVED = "~-._!$&'()*+,;=:@"
_PLAIN = re.compile(r"[A-Za-z0-9~._!$&'()*+,;=:@-]*")  # comes back from decoding and encoding as it was
_OWN_PIECE = re.compile(r"^[!/]|\d{2,}")  # fragments that name a piece of their own: "#!/news/1", "#post-1234"
_USUAL = 500  # characters of an address: longer ones are not remembered
STATE = "state:"  # how a list's entry looked, beside the keys that name it
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """One spelling for all forms of a page's address; for keys, not for links.

    ``http://www.Example.com:80/amp/a/?utm_source=x&b=2&a=1#top`` → ``https://example.com/a?a=1&b=2``. What is no
    absolute http(s) URL comes back only trimmed.
    """
    return _remembered(url) if len(url) <= _USUAL else _canonical(url)


def _canonical(url: str) -> str:
    text = storable(url).strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        return text
    if inner := _CACHED.match(f"{parts.hostname.lower()}{parts.path}"):
        return canonical_url(f"https://{inner['page']}{'?' + parts.query if parts.query else ''}")
    host = _host(parts.hostname)
    if port is not None and port not in _DEFAULT_PORTS.values():
        host = f"{host}:{port}"
    query = _query(parts.query)
    fragment = _fragment(parts.fragment)
    path = _path(parts.path) or ("/" if query or fragment else "")
    return f"https://{host}{path}{query}{fragment}"


_remembered = functools.lru_cache(maxsize=2048)(_canonical)  # it is asked several times of each item


def item_keys(source: str, url: str | None, guid: str | None = None, outlet_id: str | None = None) -> tuple[str, ...]:
    """The keys of an entry, the surest first: ``id:<source>:<n>``, ``url:https://…``, ``guid:<source>:<guid>``.

    A guid that is a URL also counts as URL, for many feeds put the article's lasting address there. An outlet's front
    page identifies nothing: feeds that link every entry to it exist. May be empty.
    """
    keys: list[str] = []
    if outlet_id and outlet_id.strip():
        keys.append(f"id:{source}:{outlet_id.strip()}")
    if url and (key := _url_key(source, url)):
        keys.append(key)
    if guid and (text := guid.strip()):
        if _is_web(text):
            if key := _url_key(source, text):
                keys.append(key)
        else:
            keys.append(f"guid:{source}:{text}")
    return tuple(dict.fromkeys(bounded(storable(key)) for key in keys))


def text_key(source: str, *parts: str | None) -> str:
    """The key of last resort, for an entry with neither URL, guid nor number: its own words."""
    words = "\x1f".join(" ".join((part or "").split()) for part in parts)
    return f"text:{source}:{hashlib.blake2b(words.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def state_key(kind: str, keys: Sequence[str], *said: str | None) -> str:
    """How an entry looks in a list of this kind: a known entry that looks otherwise may have been edited.

    It names nothing. What comes before the last colon is the same for all states of one entry.
    """
    digests = (
        hashlib.blake2b("\x1f".join(part or "" for part in parts).encode("utf-8", "replace"), digest_size=6).hexdigest()
        for parts in (keys[:1], said)
    )
    return STATE + ":".join((kind, *digests))


def is_state(key: str) -> bool:
    """Does this key tell how an entry looked, rather than which one it is?"""
    return key.startswith(STATE)


def _url_key(source: str, url: str) -> str | None:
    canonical = canonical_url(url)
    if not _is_web(canonical):
        # A relative address means something only within its source.
        return f"guid:{source}:{canonical}" if canonical else None
    rest = canonical.removeprefix("https://")
    return f"url:{canonical}" if "/" in rest or "?" in rest or "#" in rest else None


def bounded(key: str) -> str:
    """Keys are indexed; PostgreSQL refuses index rows over some 2,700 bytes."""
    if len(key) <= 500:
        return key
    digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    return f"{key[:400]}…{digest}"


def _is_web(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def _host(name: str) -> str:
    host = name.rstrip(".").lower()
    with contextlib.suppress(UnicodeError):  # an impossible name is still a name: it is compared, never resolved here
        host = host.encode("idna").decode("ascii")
    if ":" in host:
        return f"[{host}]"
    for twin in _TWIN_HOSTS:
        rest = host.removeprefix(twin)
        if rest != host and "." in rest:
            return rest
    return host


def _path(path: str) -> str:
    segments = [_encoded(segment) for segment in re.sub(r";jsessionid=[^/]*", "", path, flags=re.IGNORECASE).split("/")]
    walked: list[str] = []
    for segment in segments[1:]:
        if segment == "..":
            del walked[-1:]
        elif segment not in (".", ""):
            walked.append(segment)
    if len(walked) > 1 and walked[-1].lower() in _TWIN_SEGMENTS:
        walked.pop()
    if len(walked) > 1 and walked[0].lower() in _TWIN_SEGMENTS:
        walked.pop(0)
    if walked:
        walked[-1] = re.sub(r"\.amp(?=\.html?$|$)", "", walked[-1], flags=re.IGNORECASE)
    if walked and re.fullmatch(r"(index|default)\.(html?|php|aspx?)", walked[-1], flags=re.IGNORECASE):
        walked.pop()
    return "".join(f"/{segment}" for segment in walked)


def _encoded(segment: str) -> str:
    """Percent signs spelled one way; a slash that was encoded stays encoded."""
    if _PLAIN.fullmatch(segment):
        return segment
    kept = re.sub(r"%2f", "%252F", segment, flags=re.IGNORECASE)
    written = unicodedata.normalize("NFC", unquote(kept, errors="surrogateescape"))
    return quote(written, safe=_UNRESERVED, errors="surrogateescape").replace("%252F", "%2F")


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape", max_num_fields=None)
    kept = sorted((name, value) for name, value in pairs if not _is_noise(name.lower(), value.lower()))
    if not kept:
        return ""
    return "?" + "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in kept)


def _quoted(text: str) -> str:
    return quote(text, safe="~-._", errors="surrogateescape")


def _is_noise(name: str, value: str) -> bool:
    if _TRACKERS.fullmatch(name):
        return True
    if name in _CHANNEL_NAMES and _CHANNELS.fullmatch(value):
        return True
    return value in _TWIN_PARAMETERS.get(name, ())


def _fragment(fragment: str) -> str:
    if not fragment or "=" in fragment or fragment.startswith(":~:") or not _OWN_PIECE.search(fragment):
        return ""
    return f"#{_encoded(fragment)}"
