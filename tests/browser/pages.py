"""Every page there is. A page that is added here is looked at in every way there is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Looked:
    """A page: where it is, words that can be read on it (also without a script), and its status."""

    path: str
    says: str
    status: int = 200

    def __str__(self) -> str:
        return self.path


PAGES = (
    Looked("/", "Stories"),
    Looked("/?rule=japan-automotive", "パキスタンに自動車部品の合弁工場"),
    Looked("/?lang=ur", "چائے"),
    Looked("/search", "words that begin so"),
    Looked("/search?q=topic%3Ajapan", "Battery Venture"),
    Looked("/search?q=tea", "window.pwned"),
    Looked("/search?q=topic%3Ajapn", "Did you mean", 422),
    Looked("/search/facets?q=topic%3Ajapan", "Outlet"),
    Looked("/items/attack", "window.pwned"),
    Looked("/items/long", "WWWW"),
    Looked("/items/endless", "The text goes on"),
    Looked("/items/https://port-city.example/harbour-dues", "Port puts off its dues"),
    Looked("/rules", "tea & <b>cups</b>"),
    Looked("/rules/try?q=topic%3Ajapan", "Because of"),
    Looked("/rules/try?q=tea+AND", "needs something behind it", 422),
    Looked("/rules/new?q=tea", "marks items"),
    Looked("/rules/edit?name=tea+%26+%3Cb%3Ecups%3C%2Fb%3E", "Written into khabardar.toml"),
    Looked("/rules/silence?name=tea+%26+%3Cb%3Ecups%3C%2Fb%3E", "nobody is told"),
    Looked("/deliveries", "failing"),
    Looked("/deliveries?channel=away", "nobody-hears"),
    Looked("/sources", "margalla-times"),
    Looked("/sources/margalla-times", "margalla-times"),
    Looked("/find-sources", "Find"),
    Looked("/status", "To be seen to"),
    Looked("/nothing-here", "There is nothing at", 404),
)
