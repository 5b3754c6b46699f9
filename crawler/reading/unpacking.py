"""Files that were packed before they were served: gzip without a header that says so, with a cap."""

from __future__ import annotations

import zlib


def unzipped(body: bytes, most: int, name: str) -> tuple[bytes, str | None]:
    """The body unpacked if it is gzip, at most ``most`` bytes of it, and what was wrong with it; ``name`` is what the
    sentence calls it."""
    if not body.startswith(b"\x1f\x8b"):
        return body, None
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        raw = unpacker.decompress(body, most)
    except zlib.error as error:
        return b"", f"the gzip of the {name} is broken: {error}"
    if unpacker.unconsumed_tail:
        return raw, f"the {name} is larger than {most:,} bytes unpacked; the rest was not read"
    return raw, None if unpacker.eof else f"the gzip of the {name} ends too early"
