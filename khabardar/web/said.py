"""What became of a form, told on the page that follows it: kept here for a while, for an address could be forged."""

from __future__ import annotations

import secrets
from collections import OrderedDict

MOST = 200


class Said:
    """Sentences by a word that cannot be guessed; the oldest go when there are many. Belongs to one event loop."""

    def __init__(self) -> None:
        self._sentences: OrderedDict[str, str] = OrderedDict()

    def note(self, sentence: str) -> str:
        """Keeps a sentence; the word for it."""
        word = secrets.token_urlsafe(9)
        self._sentences[word] = sentence
        while len(self._sentences) > MOST:
            self._sentences.popitem(last=False)
        return word

    def find(self, word: str) -> str:
        """The sentence; "" for a word that stands for none."""
        return self._sentences.get(word, "")
