"""When a known article is read again: only when its own list says that it looks otherwise than before.

Nothing is asked of a site to find out. A list of which half looks otherwise at once (a clock that stamps all entries, a
new template) says nothing, and an entry that never looks the same twice is not believed for ever.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Collection, Sequence

from archive.identity import is_state
from crawler.leads import Lead

MOST_AGAIN = 10  # articles of one visit
_MOST_STATES = 6  # of one entry; after that its list only plays with it
_FEW = 6  # entries that may always look otherwise


class Again(enum.Enum):
    """What is to be done about a known entry."""

    NOTHING = "nothing"
    NOTE = "note"  # how it looks was not known yet
    READ = "read"  # it looks otherwise: the article may have been edited


class Rereading:
    """Judges the entries of the lists of one visit. ``known`` are keys as in ``Known``."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._states = Counter(_entry(key) for key in known if is_state(key))
        self._left = MOST_AGAIN

    def of(self, leads: Sequence[Lead]) -> list[Again]:
        """What is to be done about each entry of a list, if it is known."""
        found = [self._judge(lead) for lead in leads]
        changed = found.count(Again.READ)
        if changed > _FEW and 2 * changed > sum(1 for lead in leads if _names(lead) & self._states.keys()):
            return [Again.NOTHING if one is Again.READ else one for one in found]
        return [self._within_limit(one) for one in found]

    def _judge(self, lead: Lead) -> Again:
        states = [key for key in lead.item.keys if is_state(key)]
        if not states or states[0] in self._known:
            return Again.NOTHING
        times = self._states[_entry(states[0])]
        if times == 0:
            return Again.NOTE
        return Again.READ if times < _MOST_STATES else Again.NOTHING

    def _within_limit(self, one: Again) -> Again:
        if one is not Again.READ:
            return one
        self._left -= 1
        return one if self._left >= 0 else Again.NOTHING


def names_of(lead: Lead) -> set[str]:
    """The keys that name an entry, without those that tell how it looks."""
    return {key for key in lead.item.keys if not is_state(key)}


def _names(lead: Lead) -> set[str]:
    return {_entry(key) for key in lead.item.keys if is_state(key)}


def _entry(state: str) -> str:
    return state.rpartition(":")[0]
