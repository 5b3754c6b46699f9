"""Memory that is given back: threads that allocate side by side keep it apart otherwise."""

from __future__ import annotations

import ctypes
import os
import sys

_M_ARENA_MAX = -8  # malloc.h of glibc
_ARENAS = 2


def few_arenas() -> bool:
    """Lets the threads of this process share two pools of memory, where the C library is glibc; to be called before
    there are threads. Whether it was done.

    glibc gives each thread a pool of its own, up to eight for each processor, and what was freed in one serves no
    other: with threads that come and go over an archive the service grew by thirty megabytes. Whoever sets
    ``MALLOC_ARENA_MAX`` has chosen.
    """
    if sys.platform != "linux" or "MALLOC_ARENA_MAX" in os.environ:
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS))
    except (OSError, AttributeError):  # another C library
        return False
